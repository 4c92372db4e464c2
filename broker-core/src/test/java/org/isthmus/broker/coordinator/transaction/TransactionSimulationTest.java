package org.isthmus.broker.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.sim.Seeds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Producers of one transactional id that fence one another, on a shard whose commits lag and whose leader is lost, with partitions that
 * cannot always be reached and lose what was seen there and not yet kept, in an order that the seed chooses. Records come late, also after their
 * producer was fenced; some producers say who took part, and are then answered before that is committed. No transaction ever has two outcomes,
 * what was acknowledged is what every partition has in the end, none stays open anywhere, and the replayed log is the live state.
 */
class TransactionSimulationTest {
    private static final int STEPS = 3000;
    private static final Logger SHARDS = Logger.getLogger("org.isthmus.broker.coordinator.ShardedCoordinator");

    private static int ends;

    @BeforeAll
    static void quieten() {
        SHARDS.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        SHARDS.setLevel(null);
        assertThat(ends)
                .as("ends of all seeds, so that this test is about something")
                .isGreaterThan(200);
    }

    @Test
    void everyTransactionHasOneOutcome() {
        Seeds.each(40, seed -> new Simulation(seed).run());
    }

    private static final class Simulation {
        private final Random random;
        private final TransactionRig rig = new TransactionRig();
        private final List<TopicPartition> partitions = List.of(TransactionRig.VIEWS, TransactionRig.ORDERS);
        private final List<Producer> producers = new ArrayList<>();
        private final List<Runnable> underWay = new ArrayList<>();
        private final List<String> violations = new ArrayList<>();
        private final Map<ProducerIdentity, Outcome> acknowledged = new HashMap<>();
        private final Map<TopicPartition, List<Marker>> seen = new HashMap<>();
        private boolean led = true;
        private boolean isOver;

        Simulation(long seed) {
            random = new Random(seed);
            partitions.forEach(partition -> seen.put(partition, new ArrayList<>()));
            rig.log.holdCommits();
            rig.holdKeeping = true;
            var raisesEpoch = random.nextInt(4) > 0;
            for (var i = 0; i < 2; i++) {
                producers.add(new Producer(raisesEpoch, raisesEpoch && random.nextInt(3) > 0));
            }
        }

        void run() {
            for (var step = 0; step < STEPS && !isOver; step++) {
                act();
                check();
            }
            heal();
            check();
            assertThat(rig.phase()).isNotInstanceOf(TransactionPhase.Ending.class);
            assertThat(partitions)
                    .as("markers, so that this test is about something")
                    .anyMatch(partition -> !rig.markers(partition).isEmpty());
            acknowledged.forEach(this::wasDelivered);
            if (producers.get(0).raisesEpoch) {
                partitions.forEach(
                        partition -> assertThat(rig.participant(partition).open())
                                .as("transactions that never end at %s", partition)
                                .isEmpty());
                allHaveTheSame();
            }
            ends += acknowledged.size();
        }

        private void allHaveTheSame() {
            var outcomes = new HashMap<ProducerIdentity, Outcome>();
            acknowledged.forEach((marker, outcome) ->
                    outcomes.put(new ProducerIdentity(marker.producerId(), (short) (marker.epoch() - 1)), outcome));
            for (var partition : partitions) {
                rig.participant(partition).outcomes().forEach((producer, outcome) -> assertThat(
                                outcomes.computeIfAbsent(producer, first -> outcome))
                        .as("outcome of %s at %s", producer, partition)
                        .isEqualTo(outcome));
            }
        }

        private void arrive() {
            if (!underWay.isEmpty()) {
                underWay.remove(random.nextInt(underWay.size())).run();
            }
        }

        /** Often at the moment at which records are there whose producer the log does not have yet. */
        private void arriveAndMaybeCrash() {
            var before = underWay.size();
            arrive();
            var isUncommitted = rig.log.endOffset() > rig.log.committedOffset() + 1;
            if (underWay.size() < before && isUncommitted && random.nextInt(6) == 0) {
                crash();
                // Nobody may be left to say what was lost.
                isOver = random.nextInt(4) == 0;
            }
        }

        private void act() {
            // Mostly the same one, or they would do nothing but fence one another.
            var producer = producers.get(random.nextInt(60) == 0 ? 1 : 0);
            switch (random.nextInt(64)) {
                case 0 -> producer.maybeInit();
                case 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 -> producer.goOn();
                case 17, 18, 19, 20, 21, 22, 23, 24 -> rig.log.commitNext();
                case 25, 26, 27, 28, 29, 30, 31, 32 -> rig.log.commit();
                case 33, 34, 60 -> rig.loop.advance(Duration.ofMillis(random.nextInt(2_000)));
                case 35 -> rig.loop.advance(Duration.ofSeconds(random.nextInt(random.nextInt(3) == 0 ? 70 : 5)));
                case 36 -> rig.unreachable.add(partitions.get(random.nextInt(2)));
                case 37, 38, 39 -> rig.unreachable.clear();
                case 40 -> maybeDisturb();
                case 41, 42, 43, 44, 45, 46 -> rig.keep();
                case 47 -> loseUnkept();
                case 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59 -> arriveAndMaybeCrash();
                default -> elect();
            }
            rig.loop.settle();
        }

        private void maybeDisturb() {
            if (random.nextInt(3) > 0) {
                return;
            }
            if (random.nextInt(3) == 0) {
                rig.log.failNextAppend(random.nextBoolean());
            } else {
                crash();
            }
        }

        private void crash() {
            rig.crash();
            led = false;
            if (random.nextBoolean()) {
                loseUnkept();
            }
        }

        private void loseUnkept() {
            // What was seen stays seen, whatever becomes of it.
            partitions.forEach(partition -> seen.get(partition).addAll(rig.markers(partition)));
            rig.loseUnkept();
        }

        private void elect() {
            if (!led) {
                rig.elect();
                led = true;
            }
        }

        private void heal() {
            rig.unreachable.clear();
            rig.releaseKeeping();
            elect();
            if (random.nextInt(3) == 0) {
                producers.get(1).init();
            }
            while (!underWay.isEmpty()) {
                arrive();
            }
            for (var i = 0; i < 20; i++) {
                rig.log.commit();
                rig.loop.advance(Duration.ofSeconds(6));
            }
        }

        private void check() {
            assertThat(violations).isEmpty();
            for (var partition : partitions) {
                var outcomes = new HashMap<ProducerIdentity, Outcome>();
                for (var marker : union(seen.get(partition), rig.markers(partition))) {
                    var before = outcomes.putIfAbsent(marker.producer(), marker.outcome());
                    // A producer that keeps its epoch ends one transaction after another under it.
                    if (producers.get(0).raisesEpoch && before != null) {
                        assertThat(marker.outcome())
                                .as("outcome of %s", marker.producer())
                                .isEqualTo(before);
                    }
                }
            }
            if (led && random.nextInt(5) == 0 && isActive()) {
                assertThat(rig.live()).isEqualTo(rig.replayed());
            }
        }

        private static <T> List<T> union(List<T> some, List<T> more) {
            var all = new ArrayList<>(some);
            all.addAll(more);
            return all;
        }

        private boolean isActive() {
            var answer = rig.settled(rig.transactions.add("other", new ProducerIdentity(1, (short) 0), Set.of()));
            return !answer.isCompletedExceptionally();
        }

        private void wasDelivered(ProducerIdentity marker, Outcome outcome) {
            var delivered = partitions.stream()
                    .flatMap(partition -> rig.markers(partition).stream())
                    .filter(written -> written.producer().equals(marker))
                    .map(Marker::outcome)
                    .toList();
            assertThat(delivered).as("markers of %s", marker).isNotEmpty().containsOnly(outcome);
        }

        private final class Producer {
            private final boolean raisesEpoch;
            private final boolean names;
            private final Set<TopicPartition> asked = new HashSet<>();
            private ProducerIdentity identity = ProducerIdentity.NONE;
            private boolean takesPart;
            private boolean isRefused;
            private int unanswered;

            Producer(boolean raisesEpoch, boolean names) {
                this.raisesEpoch = raisesEpoch;
                this.names = names;
            }

            private void goesOnAs(ProducerIdentity next) {
                identity = next;
                takesPart = false;
                isRefused = false;
                unanswered = 0;
                asked.clear();
            }

            void goOn() {
                if (identity.equals(ProducerIdentity.NONE)) {
                    init();
                } else if (takesPart && unanswered == 0 && random.nextInt(3) > 0) {
                    end();
                } else if (unanswered == 0 || random.nextInt(8) == 0) {
                    add();
                }
            }

            void maybeInit() {
                if (random.nextInt(4) == 0) {
                    init();
                }
            }

            void init() {
                rig.settled(rig.transactions.init(TransactionRig.ID, 60_000, ProducerIdentity.NONE))
                        .whenComplete((answer, failure) -> {
                            if (failure == null && answer.error() == ErrorCode.NONE) {
                                goesOnAs(answer.producer());
                            }
                        });
            }

            void add() {
                var now = identity;
                var partition = partitions.get(random.nextInt(2));
                asked.add(partition);
                unanswered++;
                rig.settled(rig.transactions.add(TransactionRig.ID, now, Set.of(partition)))
                        .whenComplete((error, failure) -> {
                            if (error == ErrorCode.NONE) {
                                underWay.add(() -> store(now, partition));
                            } else if (now.equals(identity)) {
                                unanswered--;
                                isRefused = true;
                            }
                            fencedIf(error, now);
                        });
            }

            private void store(ProducerIdentity admitted, TopicPartition partition) {
                var isStored = rig.store(partition, admitted);
                if (admitted.equals(identity)) {
                    unanswered--;
                    takesPart = true;
                    isRefused |= !isStored;
                }
            }

            private void fencedIf(ErrorCode error, ProducerIdentity asked) {
                if (error == ErrorCode.PRODUCER_FENCED && asked.equals(identity)) {
                    goesOnAs(ProducerIdentity.NONE);
                }
            }

            void end() {
                var now = identity;
                var outcome = !isRefused && random.nextBoolean() ? Outcome.COMMIT : Outcome.ABORT;
                var named = names ? Set.copyOf(asked) : Set.<TopicPartition>of();
                rig.settled(rig.transactions.end(TransactionRig.ID, now, outcome, raisesEpoch, named))
                        .whenComplete((answer, failure) -> {
                            fencedIf(failure == null ? answer.error() : ErrorCode.NONE, now);
                            if (failure != null || answer.error() != ErrorCode.NONE || !now.equals(identity)) {
                                return;
                            }
                            goesOnAs(raisesEpoch ? answer.producer() : now);
                            if (raisesEpoch) {
                                var before = acknowledged.putIfAbsent(now.next(), outcome);
                                if (before != null && before != outcome) {
                                    violations.add(now + " was told " + before + " and " + outcome);
                                }
                            }
                        });
            }
        }
    }
}
