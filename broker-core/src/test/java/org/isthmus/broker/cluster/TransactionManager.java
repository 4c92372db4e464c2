package org.isthmus.broker.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.Xid;
import org.isthmus.broker.coordinator.ShardedCoordinator;
import org.isthmus.broker.coordinator.transaction.BranchAnswer;
import org.isthmus.broker.coordinator.transaction.Outcome;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.coordinator.transaction.TransactionDescription;
import org.isthmus.broker.coordinator.transaction.TransactionPhase;
import org.isthmus.broker.runtime.EventLoop;

/**
 * Whose branches the prepared transactions are. Decides each in its own time, which may be longer than any transaction may be open, and tells that until
 * it is heard. Now and then it asks the coordinators for what they have prepared: whatever they said is prepared must be there until somebody decides,
 * and what nobody told it of is rolled back.
 */
final class TransactionManager {
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final int SHORT_THOUGHT_MS = 300;
    private static final int LONGEST_THOUGHT_MS = 9_000;
    private static final int ADDRESS = 350;

    private final ClusterWorld cluster;
    private final Ledger ledger;
    private final List<TopicPartition> homes;
    private final EventLoop loop;
    private final List<Branch> branches = new ArrayList<>();
    private final Map<String, Branch> byName = new TreeMap<>();
    /** What coordinators said is prepared, and nobody has decided. */
    private final Map<String, Prepared> undecided = new TreeMap<>();

    private record Prepared(TopicPartition home, int reign) {}

    TransactionManager(ClusterWorld cluster, Ledger ledger, List<TopicPartition> homes) {
        this.cluster = cluster;
        this.ledger = ledger;
        this.homes = homes;
        this.loop = cluster.newClientLoop();
    }

    static Xid xid(String name) {
        return new Xid(1, name.getBytes(UTF_8), new byte[0]);
    }

    private TopicPartition home(String id) {
        return homes.get(ShardedCoordinator.partitionOf(id, homes.size()));
    }

    void start() {
        homes.forEach(home -> new Recovery(home).lookOn());
    }

    /** The branch's coordinator says so, in this reign. */
    void isPrepared(String id, String name, int reign) {
        if (!byName.containsKey(name)) {
            undecided.putIfAbsent(name, new Prepared(home(id), reign));
        }
    }

    /** The branch's producer was told that it is prepared, and hears under which identity it goes on. */
    void decide(String id, String name, Consumer<ProducerIdentity> ended) {
        var branch = byName.get(name);
        if (branch == null) {
            branch = begin(id, name, cluster.random().nextInt(3) > 0 ? Outcome.COMMIT : Outcome.ABORT);
        }
        branch.whenEnded(ended);
    }

    private Branch begin(String id, String name, Outcome outcome) {
        var branch = new Branch(id, name, outcome);
        byName.put(name, branch);
        branches.add(branch);
        var thought = cluster.random().nextInt(5) == 0 ? LONGEST_THOUGHT_MS : SHORT_THOUGHT_MS;
        loop.schedule(Duration.ofMillis(cluster.random().nextInt(thought)), branch::tell);
        return branch;
    }

    boolean isIdle() {
        return branches.stream().allMatch(branch -> branch.isOver);
    }

    /** One branch, with what becomes of it. */
    private final class Branch {
        private final String id;
        private final String name;
        private final Outcome outcome;
        private final Route coordinator;
        private Consumer<ProducerIdentity> ended;
        private ProducerIdentity goesOnAs;
        private int asked;
        private boolean isOver;

        private Branch(String id, String name, Outcome outcome) {
            this.id = id;
            this.name = name;
            this.outcome = outcome;
            this.coordinator = new Route(cluster, home(id), loop, ADDRESS);
        }

        void whenEnded(Consumer<ProducerIdentity> listener) {
            ended = listener;
            if (goesOnAs != null) {
                listener.accept(goesOnAs);
            }
        }

        void tell() {
            var entry = ledger.named(name);
            if (asked++ == 0) {
                cluster.history().add("the manager decides " + outcome + " of " + name);
                if (outcome == Outcome.COMMIT) {
                    entry.askedToCommit();
                } else {
                    entry.askedToRollBack();
                }
            }
            coordinator.ask(
                    (broker, answer) -> {
                        undecided.remove(name);
                        broker.coordinators()
                                .transactions()
                                .endBranch(id, xid(name), outcome, false)
                                .exceptionally(failure ->
                                        new BranchAnswer(Route.code(failure), ProducerIdentity.NONE, Optional.empty()))
                                .whenComplete(cluster.judged((told, none) -> {
                                    if (told.error() == ErrorCode.NONE && !broker.hasLostPower()) {
                                        assertThat(told.heuristic())
                                                .as("who else decided %s", name)
                                                .isEmpty();
                                        entry.is(outcome, "the coordinator of branches at " + broker.id());
                                    }
                                    answer.with(() -> told(told));
                                }));
                    },
                    this::again);
        }

        private void told(BranchAnswer told) {
            assertThat(told.error())
                    .as("what is said of the decision on %s", name)
                    .isNotIn(ErrorCode.UNKNOWN_SERVER_ERROR, ErrorCode.INVALID_TXN_STATE);
            if (told.error() == ErrorCode.NONE) {
                isOver = true;
                goesOnAs = told.producer();
                if (ended != null) {
                    ended.accept(goesOnAs);
                }
            } else if (told.error() == ErrorCode.TRANSACTIONAL_ID_NOT_FOUND && asked > 1) {
                // Heard before, and its identity has gone on since. Where that is the word of a leader that was
                // replaced, the recovery finds it.
                isOver = true;
            } else {
                loop.schedule(Duration.ofMillis(50 + cluster.random().nextInt(200)), this::again);
            }
        }

        /** A coordinator has it. */
        void isThereStill() {
            if (isOver && goesOnAs == null) {
                isOver = false;
                tell();
            }
        }

        private void again() {
            coordinator.refresh();
            tell();
        }
    }

    /** Asks one coordinator again and again for what it has prepared. */
    private final class Recovery {
        private final TopicPartition home;
        private final Route coordinator;

        private Recovery(TopicPartition home) {
            this.home = home;
            this.coordinator = new Route(cluster, home, loop, ADDRESS);
        }

        private void lookOn() {
            coordinator.ask(this::look, this::again);
        }

        private void look(SimulatedBroker broker, Route.Answering answer) {
            var reign = coordinator.reign(broker);
            var expected = undecided.entrySet().stream()
                    .filter(said -> said.getValue().home().equals(home)
                            && said.getValue().reign() <= reign)
                    .map(Map.Entry::getKey)
                    .toList();
            broker.coordinators()
                    .transactions()
                    .branches(home.partition())
                    .whenComplete(cluster.judged((found, failure) -> {
                        if (failure != null) {
                            answer.with(this::again);
                            return;
                        }
                        var prepared = prepared(found);
                        if (!broker.hasLostPower()) {
                            assertThat(prepared.keySet())
                                    .as("prepared branches at broker %s in reign %d", broker.id(), reign)
                                    .containsAll(stillUndecided(expected));
                        }
                        answer.with(() -> {
                            adopt(prepared);
                            loop.schedule(LOOK, this::lookOn);
                        });
                    }));
        }

        private List<String> stillUndecided(List<String> names) {
            return names.stream().filter(undecided::containsKey).toList();
        }

        private Map<String, String> prepared(List<TransactionDescription> found) {
            var ids = new TreeMap<String, String>();
            for (var known : found) {
                if (known.phase() instanceof TransactionPhase.Prepared prepared) {
                    ids.put(new String(prepared.branch().xid().globalTransactionId(), UTF_8), known.transactionalId());
                }
            }
            return ids;
        }

        private void adopt(Map<String, String> prepared) {
            prepared.forEach((name, id) -> {
                var known = byName.get(name);
                if (known == null) {
                    begin(id, name, Outcome.ABORT);
                } else {
                    known.isThereStill();
                }
            });
        }

        private void again() {
            coordinator.refresh();
            loop.schedule(Duration.ofMillis(100), this::lookOn);
        }
    }

    @Override
    public String toString() {
        return "undecided " + undecided.keySet() + ", on their way "
                + branches.stream()
                        .filter(branch -> !branch.isOver)
                        .map(branch -> branch.name)
                        .toList();
    }
}
