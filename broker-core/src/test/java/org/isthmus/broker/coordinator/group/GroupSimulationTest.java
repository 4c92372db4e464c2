package org.isthmus.broker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.Bytes;
import org.isthmus.broker.sim.Seeds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Members that join, sync, commit, fall silent and leave, on a shard whose commits lag, whose disk fails and whose leader is lost, in an
 * order that the seed chooses. After every step the replayed log is the live state; in the end nothing that was acknowledged is lost.
 */
class GroupSimulationTest {
    private static final int STEPS = 500;

    /** Disks that fail are what this test is about; each would be a warning with a stack trace. */
    private static final Logger SHARDS = Logger.getLogger("org.isthmus.broker.coordinator.ShardedCoordinator");

    @BeforeAll
    static void quieten() {
        SHARDS.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        SHARDS.setLevel(null);
    }

    @Test
    void groupsStayTrueToTheirLog() {
        var generations = new AtomicLong();
        Seeds.each(400, seed -> generations.addAndGet(new Simulation(seed).run()));
        assertThat(generations)
                .as("generations, so that this test is about something")
                .hasPositiveValue();
    }

    private static final class Simulation {
        private final Random random;
        private final GroupRig rig;
        private final List<Consumer> consumers = new ArrayList<>();
        private final Map<Integer, Map<String, String>> assignments = new HashMap<>();
        private boolean led = true;
        private long checkedUpTo;
        private long nextOffset = 1;
        private final List<String> violations = new ArrayList<>();
        private long acknowledged = -1;

        Simulation(long seed) {
            random = new Random(seed);
            rig = new GroupRig(GroupRig.config(random.nextBoolean() ? Duration.ZERO : Duration.ofMillis(100)));
            rig.log.holdCommits();
            for (var i = 0; i < 4; i++) {
                consumers.add(new Consumer("c" + i, random.nextInt(3) == 0 ? "static-" + i : null));
            }
        }

        /** Returns how many generations the group went through. */
        int run() {
            for (var step = 0; step < STEPS; step++) {
                act();
                check();
            }
            heal();
            check();
            var offset = rig.committed();
            assertThat(offset)
                    .as("the last acknowledged commit, or one that came later")
                    .isGreaterThanOrEqualTo(acknowledged);
            return rig.group().generation().number();
        }

        private void act() {
            var consumer = consumers.get(random.nextInt(consumers.size()));
            switch (random.nextInt(40)) {
                case 0, 1, 2, 3, 4 -> consumer.join();
                case 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 -> consumer.sync();
                case 15, 16, 17, 18 -> consumer.heartbeat();
                case 19, 20, 21, 22 -> consumer.commit();
                case 23 -> consumer.maybeLeave();
                case 24, 25, 26, 27, 28, 29 -> rig.log.commitNext();
                case 30, 31, 32, 33 -> rig.log.commit();
                case 34, 35 -> rig.loop.advance(Duration.ofMillis(random.nextInt(6_000)));
                case 36 -> disturb();
                case 37 -> rig.log.refuseAppends(false);
                default -> elect();
            }
            rig.loop.settle();
        }

        private void disturb() {
            switch (random.nextInt(3)) {
                case 0 -> {
                    rig.crash();
                    led = false;
                }
                case 1 -> rig.log.failNextAppend(random.nextBoolean());
                default -> rig.log.refuseAppends(true);
            }
        }

        private void elect() {
            if (!led) {
                rig.elect();
                led = true;
            }
        }

        private void heal() {
            rig.log.refuseAppends(false);
            elect();
            rig.loop.advance(Duration.ofSeconds(15));
            rig.log.commit();
            rig.loop.settle();
        }

        private void check() {
            assertThat(violations).isEmpty();
            var answer = rig.settled(rig.groups
                    .shards()
                    .ask(0, tenant -> CompletableFuture.completedStage((GroupShard) (Object) tenant)));
            if (answer.isCompletedExceptionally()
                    || rig.settled(answer.join().query(view -> 0)).isCompletedExceptionally()) {
                return;
            }
            if (rig.log.endOffset() == checkedUpTo && random.nextInt(10) != 0) {
                return;
            }
            checkedUpTo = rig.log.endOffset();
            assertThat(rig.live()).isEqualTo(rig.replayed());
            var group = rig.group();
            if (group.phase() == GroupPhase.STABLE) {
                assertThat(group.assignment().keySet()).containsAll(memberIds(group));
            }
        }

        private static HashSet<String> memberIds(Group group) {
            var ids = new HashSet<String>();
            group.members().forEach(member -> ids.add(member.id()));
            return ids;
        }

        private final class Consumer {
            private final String name;
            private final String instanceId;
            private String memberId = "";
            private int generation = -1;
            private boolean leads;
            private List<JoinAnswer.Joined> members = List.of();

            Consumer(String name, String instanceId) {
                this.name = name;
                this.instanceId = instanceId;
            }

            void join() {
                rig.join(GroupRig.request(memberId, instanceId, "range")).whenComplete((answer, failure) -> {
                    if (failure != null) {
                        return;
                    }
                    switch (answer.error()) {
                        case NONE -> joined(answer);
                        case MEMBER_ID_REQUIRED -> memberId = answer.memberId();
                        case UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID -> memberId = "";
                        default -> {}
                    }
                });
            }

            private void joined(JoinAnswer answer) {
                memberId = answer.memberId();
                generation = answer.generation();
                leads = answer.leader().equals(memberId) && !answer.skipAssignment();
                members = answer.members();
            }

            void sync() {
                var given = new HashMap<String, Bytes>();
                if (leads) {
                    members.forEach(member -> given.put(
                            member.memberId(),
                            new Bytes((name + "@" + generation + ">" + member.memberId()).getBytes())));
                }
                var asked = generation;
                var self = memberId;
                var caller = new Caller(GroupRig.GROUP, memberId, instanceId, generation);
                rig.settled(rig.groups.sync(new SyncRequest(caller, "consumer", "range", given)))
                        .whenComplete((answer, failure) -> {
                            if (failure == null && answer.error() == ErrorCode.NONE && instanceId == null) {
                                assigned(
                                        asked,
                                        self,
                                        new String(answer.assignment().array()));
                            }
                        });
            }

            /** A generation's assignment never changes once a member has seen it, also when the shard moved in between. */
            private void assigned(int inGeneration, String self, String assignment) {
                var seen = assignments.computeIfAbsent(inGeneration, number -> new HashMap<>());
                var before = seen.putIfAbsent(self, assignment);
                if (before != null && !before.equals(assignment)) {
                    violations.add(self + " got " + before + " and " + assignment + " in generation " + inGeneration);
                }
            }

            void heartbeat() {
                rig.settled(rig.groups.heartbeat(new Caller(GroupRig.GROUP, memberId, instanceId, generation)));
            }

            void commit() {
                var offset = nextOffset++;
                var caller = new Caller(GroupRig.GROUP, memberId, instanceId, generation);
                var commit = new OffsetCommit(GroupRig.VIEWS, GroupRig.VIEWS_ID, offset, -1, "", -1);
                var before = committedGeneration();
                rig.settled(rig.groups.commit(caller, List.of(commit))).whenComplete((outcomes, failure) -> {
                    if (failure == null && outcomes.get(GroupRig.VIEWS) == ErrorCode.NONE) {
                        acknowledged = Math.max(acknowledged, offset);
                        if (before >= 0 && caller.generation() != before) {
                            violations.add("generation " + caller.generation() + " committed in " + before);
                        }
                    }
                });
            }

            private int committedGeneration() {
                return led && !memberId.isEmpty()
                        ? rig.live().group(GroupRig.GROUP).generation().number()
                        : -1;
            }

            void maybeLeave() {
                if (random.nextInt(3) == 0) {
                    rig.settled(rig.groups.leave(GroupRig.GROUP, List.of(new Leaver(memberId, instanceId))));
                }
            }
        }
    }
}
