package org.isthmus.broker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.isthmus.broker.sim.Seeds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Members of the consumer protocol, or of both, that join, reconcile, fall silent, change their minds and leave, on a shard whose commits lag,
 * whose disk fails and whose leader is lost, while topics come, grow and go. At no step is a partition read by two members; in the end each is
 * read.
 */
class ConsumerGroupSimulationTest {
    private static final int STEPS = 600;
    private static final Logger SHARDS = Logger.getLogger("org.isthmus.broker.coordinator.ShardedCoordinator");

    /** Disks that fail are what this test is about; each would be a warning with a stack trace. */
    @BeforeAll
    static void quieten() {
        SHARDS.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        SHARDS.setLevel(null);
    }

    @Test
    void noPartitionIsReadByTwoAndInTheEndEachIsRead() {
        var transfers = new AtomicLong();
        Seeds.each(20, seed -> transfers.addAndGet(new Simulation(seed, false).run()));
        assertThat(transfers)
                .as("readers that changed, so that this test is about something")
                .hasPositiveValue();
    }

    @Test
    void groupThatChangesItsProtocolWithItsMembersKeepsThatRule() {
        var migrations = new AtomicLong();
        // Seed 956: back to the classic protocol and on again, while a member has not given up yet what it is asked
        // for.
        // Seed 1252: a member that speaks of a topic by its name reads one that was made anew.
        Seeds.each(20, seed -> migrations.addAndGet(new Simulation(seed, true).migrated()), 956, 1252);
        assertThat(migrations).as("upgrades and downgrades of the group").hasValueGreaterThan(20);
    }

    private static final class Simulation {
        private final Random random;
        private final GroupRig rig = new GroupRig();
        private final List<SimulatedMember> consumers = new ArrayList<>();
        private final List<String> instanceIds = new ArrayList<>();
        private final boolean isMixed;
        private final String classicProtocol;
        private int migrations;
        private boolean wasOfConsumers;
        private boolean led = true;
        private int lastId;
        private int grown = 3;
        private int born;
        private int transfers;
        private long checkedUpTo;
        private final Map<PartitionId, String> lastReader = new HashMap<>();

        Simulation(long seed, boolean isMixed) {
            random = new Random(seed);
            this.isMixed = isMixed;
            classicProtocol =
                    isMixed && random.nextBoolean() ? SimulatedClassicMember.COOPERATIVE : SimulatedClassicMember.EAGER;
            rig.addTopic("clicks", new UUID(5, 5), 3);
            rig.log.holdCommits();
            for (var i = 0; i < 4; i++) {
                var instanceId = random.nextInt(3) == 0 ? "static-" + i : null;
                instanceIds.add(instanceId);
                consumers.add(newMember(instanceId));
            }
        }

        private SimulatedMember newMember(String instanceId) {
            if (isMixed && random.nextBoolean()) {
                return new SimulatedClassicMember(rig, instanceId, classicProtocol, subscription());
            }
            var assignor = random.nextBoolean() ? "uniform" : "range";
            return new SimulatedConsumer(rig, nextId(), instanceId, assignor, subscription());
        }

        /** Returns how often a partition got another reader. */
        int run() {
            for (var step = 0; step < STEPS; step++) {
                act();
                check();
            }
            heal();
            return transfers;
        }

        /** Returns how often the group went from one protocol to the other. */
        int migrated() {
            run();
            return migrations;
        }

        private void act() {
            var consumer = consumers.get(random.nextInt(consumers.size()));
            switch (random.nextInt(40)) {
                case 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 -> consumer.beat();
                case 12 -> consumer.beatInVain();
                case 13, 14, 15, 16, 17, 18, 19, 20 -> consumer.reconcile();
                case 21 -> maybeLeave(consumer);
                case 22 -> consumer.subscribe(subscription());
                case 23 -> changeTopics();
                case 24, 25, 26, 27, 28, 29 -> rig.log.commitNext();
                case 30, 31, 32, 33 -> rig.log.commit();
                case 34, 35 -> rig.loop.advance(Duration.ofMillis(random.nextInt(8_000)));
                case 36 -> disturb();
                case 37 -> rig.log.refuseAppends(false);
                default -> elect();
            }
            rig.loop.settle();
        }

        private Set<String> subscription() {
            return switch (random.nextInt(3)) {
                case 0 -> Set.of("views");
                case 1 -> Set.of("clicks");
                default -> Set.of("views", "clicks", "later");
            };
        }

        private String nextId() {
            return "c" + lastId++;
        }

        private void maybeLeave(SimulatedMember consumer) {
            if (random.nextInt(2) == 0) {
                consumer.leave(nextId());
                if (isMixed) {
                    var place = consumers.indexOf(consumer);
                    consumers.set(place, newMember(instanceIds.get(place)));
                }
            }
        }

        private void changeTopics() {
            switch (random.nextInt(3)) {
                case 0 -> rig.addTopic("clicks", new UUID(5, 5), Math.min(++grown, 8));
                case 1 -> rig.addTopic("later", new UUID(6, ++born), 2);
                default -> rig.removeTopic("later");
            }
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
            rig.loop.advance(Duration.ofSeconds(11));
            consumers.forEach(consumer -> consumer.subscribe(Set.of("views", "clicks")));
            for (var round = 0; round < 30; round++) {
                SimulatedMember.settle(rig, consumers, 1);
                check();
            }
            var group = rig.group();
            assertThat(group.phase()).as(group.toString()).isEqualTo(GroupPhase.STABLE);
            var readers = readers(group);
            for (var topic : List.of("views", "clicks")) {
                var image = rig.topics.get(topic);
                for (var i = 0; i < image.partitions().size(); i++) {
                    assertThat(readers).containsKey(new PartitionId(image.id(), i));
                }
            }
        }

        private void check() {
            var answer = rig.settled(rig.groups
                    .shards()
                    .ask(0, tenant -> CompletableFuture.completedStage((GroupShard) (Object) tenant)));
            if (answer.isCompletedExceptionally()
                    || rig.settled(answer.join().query(view -> 0)).isCompletedExceptionally()) {
                return;
            }
            if (rig.log.endOffset() != checkedUpTo || random.nextInt(10) == 0) {
                checkedUpTo = rig.log.endOffset();
                assertThat(rig.live()).isEqualTo(rig.replayed());
            }
            var group = rig.group();
            if (!group.isVacant() && group.isOfConsumers() != wasOfConsumers) {
                wasOfConsumers = group.isOfConsumers();
                migrations++;
            }
            var holders = new HashMap<PartitionId, String>();
            group.consumers().members().values().forEach(member -> {
                var holding = member.holding();
                for (var partition : Partitions.union(holding.assigned(), holding.revoking())) {
                    assertThat(holders.put(partition, member.id()))
                            .as("holders of " + partition)
                            .isNull();
                }
            });
            readers(group).forEach((partition, reader) -> {
                var before = lastReader.put(partition, reader);
                if (before != null && !before.equals(reader)) {
                    transfers++;
                }
            });
        }

        /** Who reads what, of those that the group still takes for members; the others hear with their next heartbeat that they are out. */
        private Map<PartitionId, String> readers(Group group) {
            var readers = new HashMap<PartitionId, String>();
            for (var consumer : consumers) {
                var id = consumer.memberId();
                if (group.consumers().member(id) == null && group.member(id) == null) {
                    continue;
                }
                for (var partition : consumer.owned()) {
                    assertThat(readers.put(partition, id))
                            .as("who else reads " + partition + " beside " + id + " in " + group)
                            .isNull();
                }
            }
            return readers;
        }
    }
}
