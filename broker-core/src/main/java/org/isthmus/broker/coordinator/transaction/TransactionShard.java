package org.isthmus.broker.coordinator.transaction;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.DiskOrder;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.Xid;
import org.isthmus.broker.coordinator.Decision;
import org.isthmus.broker.coordinator.Shard;
import org.isthmus.broker.coordinator.ShardLog;
import org.isthmus.broker.coordinator.ShardObserver;
import org.isthmus.broker.coordinator.ShardedCoordinator;
import org.isthmus.broker.coordinator.View;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.IdSource;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of one shard, with their soft state: outcomes on their way, and the time that open transactions have left. Owned by the
 * shard's loop. Soft state follows the records, so a shard that was loaded goes on exactly where the log ends.
 *
 * <p>An outcome leaves for the partitions only once its decision is committed: one that could still be lost could still be another.
 */
final class TransactionShard implements ShardedCoordinator.Tenant, ShardObserver<TransactionRecord> {
    private static final System.Logger LOG = System.getLogger(TransactionShard.class.getName());

    private final ShardLog log;
    private final TransactionConfig config;
    private final MarkerWriter markers;
    private final ProducerIds producerIds;
    private final int coordinatorEpoch;
    private final Clock clock;
    private final EventLoop loop;
    private final TransactionMachine machine = new TransactionMachine();
    private final Shard<TransactionMachine, TransactionRecord> shard;
    private final Map<String, Delivery> deliveries = new HashMap<>();
    private final Map<String, Cancellable> timeouts = new HashMap<>();
    /** Transactions whose last records are not committed yet, with how many those are. */
    private final Map<String, Integer> uncommitted = new HashMap<>();
    /** Whether all that was there when the log was loaded is committed. */
    private boolean isLoadCommitted;
    /** Transactions that are open, of which so much may be uncommitted as was joined by those who stand for them. */
    private final Set<String> begunByStanding = new HashSet<>();
    /** Until when open transactions go on because their producers said that they are there, or had no leader to say it to. */
    private final Map<String, Deadline> kept = new HashMap<>();

    TransactionShard(
            String name,
            ShardLog log,
            EventLoop loop,
            int coordinatorEpoch,
            TransactionConfig config,
            MarkerWriter markers,
            ProducerIds producerIds,
            Clock clock,
            IdSource ids) {
        this.log = log;
        this.config = config;
        this.markers = markers;
        this.producerIds = producerIds;
        this.coordinatorEpoch = coordinatorEpoch;
        this.clock = clock;
        this.loop = loop;
        shard = new Shard<>(name, log, loop, new TransactionRecordCodec(), machine, this, clock, ids);
    }

    @Override
    public Shard<TransactionMachine, TransactionRecord> shard() {
        return shard;
    }

    TransactionMachine machine() {
        return machine;
    }

    /** Whether what is decided now is lost by a crash that loses what was hurried before in this order. */
    boolean standsBehind(DiskOrder order) {
        return log.standsBehind(order);
    }

    // Requests

    CompletionStage<InitAnswer> init(String id, int timeoutMs, ProducerIdentity believed) {
        var steps = new Steps<InitAnswer>(
                id,
                (view, freshId) -> Producers.init(view, id, timeoutMs, believed, freshId),
                InitAnswer.refused(ErrorCode.CONCURRENT_TRANSACTIONS));
        return steps.take(null);
    }

    CompletionStage<EndAnswer> end(
            String id, ProducerIdentity producer, Outcome outcome, boolean raisesEpoch, Set<TopicPartition> named) {
        var steps = new Steps<EndAnswer>(
                id,
                (view, freshId) -> Endings.end(view, id, producer, outcome, raisesEpoch, named, freshId),
                EndAnswer.refused(ErrorCode.CONCURRENT_TRANSACTIONS));
        return steps.take(null).thenApply(answer -> {
            if (answer.error() == ErrorCode.INVALID_TXN_STATE) {
                LOG.log(
                        Level.INFO,
                        "End of a transaction refused: asked=" + outcome + " by=" + producer + " known="
                                + machine.find(id));
            }
            return answer;
        });
    }

    CompletionStage<ErrorCode> add(String id, ProducerIdentity producer, Set<TopicPartition> partitions) {
        var steps = new Steps<ErrorCode>(
                id,
                (view, freshId) -> Participants.add(view, id, producer, partitions),
                ErrorCode.CONCURRENT_TRANSACTIONS);
        return shard.peek(state -> state.find(id)).thenCompose(known -> {
            var isCommitted = isLoadCommitted && !uncommitted.containsKey(id);
            var areStanding = (isCommitted || begunByStanding.contains(id))
                    && Participants.areStanding(known, producer, partitions);
            // Nobody who takes part already need wait for what is being committed for others.
            if ((isCommitted || areStanding) && Participants.verify(known, producer, partitions) == ErrorCode.NONE) {
                return CompletableFuture.completedStage(ErrorCode.NONE);
            }
            return areStanding ? addStanding(id, producer, partitions) : steps.take(null);
        });
    }

    /** Answered before it is committed: should it be lost, it is known from before who may have an open transaction. */
    private CompletionStage<ErrorCode> addStanding(
            String id, ProducerIdentity producer, Set<TopicPartition> partitions) {
        var joined = new CompletableFuture<ErrorCode>();
        shard.note(view -> Participants.add(view, id, producer, partitions), step -> {
                    begunByStanding.add(id);
                    joined.complete(ErrorCode.NONE);
                })
                .whenComplete((step, failure) -> {
                    if (failure != null) {
                        joined.completeExceptionally(failure);
                    }
                });
        return joined;
    }

    CompletionStage<ErrorCode> verify(String id, ProducerIdentity producer, Set<TopicPartition> partitions) {
        return shard.read(view -> Participants.verify(view.state().find(id), producer, partitions));
    }

    CompletionStage<ErrorCode> keep(String id, ProducerIdentity producer) {
        return shard.read(view -> {
            var known = view.state().find(id);
            var refusal = Participants.refusal(known, producer);
            if (known == null || refusal != ErrorCode.NONE) {
                return refusal;
            }
            if (!(known.phase() instanceof TransactionPhase.Open)) {
                return ErrorCode.INVALID_TXN_STATE;
            }
            kept.put(id, Deadline.after(clock.nanos(), Duration.ofMillis(known.timeoutMs())));
            return ErrorCode.NONE;
        });
    }

    CompletionStage<ErrorCode> prepare(String id, ProducerIdentity producer, Xid xid, Set<TopicPartition> named) {
        return shard.write(view -> Branches.prepare(view, id, producer, xid, named));
    }

    CompletionStage<BranchAnswer> endBranch(String id, Xid xid, Outcome outcome, boolean heuristic) {
        var steps = new Steps<BranchAnswer>(
                id,
                (view, freshId) -> Branches.end(view, id, xid, outcome, heuristic, freshId),
                BranchAnswer.refused(ErrorCode.CONCURRENT_TRANSACTIONS));
        return steps.take(null);
    }

    CompletionStage<ErrorCode> forget(String id, Xid xid) {
        return shard.write(view -> Branches.forget(view, id, xid));
    }

    <A> CompletionStage<A> query(Function<View<TransactionMachine>, A> query) {
        return shard.read(query);
    }

    // What follows from records

    @Override
    public void loaded() {
        for (var transaction : machine.transactions()) {
            if (transaction.phase() instanceof TransactionPhase.Open) {
                var time = Math.min(
                        transaction.timeoutMs(), config.patienceWithProducers().toMillis());
                kept.put(transaction.id(), Deadline.after(clock.nanos(), Duration.ofMillis(time)));
            } else if (Participants.mayBeUnknown(transaction)) {
                shard.schedule(config.patienceWithProducers(), () -> settle(transaction));
            }
            follow(transaction, shard.committed(), true);
        }
        shard.committed().thenRun(() -> isLoadCommitted = true);
        shard.schedule(config.idCheckInterval(), this::forgetIdle);
    }

    @Override
    public void applied(List<TransactionRecord> records, CompletionStage<Void> committed) {
        for (var record : records) {
            if (record instanceof TransactionRecord.Saved saved) {
                var id = saved.transaction().id();
                uncommitted.merge(id, 1, Integer::sum);
                if (!(saved.transaction().phase() instanceof TransactionPhase.Open)) {
                    begunByStanding.remove(id);
                }
                committed.thenRun(() -> {
                    if (uncommitted.computeIfPresent(id, (same, count) -> count == 1 ? null : count - 1) == null) {
                        begunByStanding.remove(id);
                    }
                });
                follow(saved.transaction(), committed, false);
            }
        }
    }

    @Override
    public void closed(Throwable cause) {
        deliveries.values().forEach(delivery -> delivery.giveUp(cause));
        deliveries.clear();
        timeouts.clear();
        kept.clear();
    }

    private void follow(Transaction transaction, CompletionStage<Void> committed, boolean afterLoad) {
        var id = transaction.id();
        if (transaction.phase() instanceof TransactionPhase.Open open) {
            timeouts.computeIfAbsent(id, name -> startTimeout(name, timeLeft(open, transaction.timeoutMs())));
            return;
        }
        kept.remove(id);
        var timeout = timeouts.remove(id);
        if (timeout != null) {
            timeout.cancel();
        }
        if (transaction.phase() instanceof TransactionPhase.Ending ending) {
            var delivery = deliver(id, ending, afterLoad);
            committed.thenRun(delivery::start);
            return;
        }
        var delivered = deliveries.remove(id);
        if (delivered != null) {
            // Should this be lost, the outcome is brought to everybody once more, which does no harm.
            delivered.end();
        }
    }

    private Delivery deliver(String id, TransactionPhase.Ending ending, boolean afterLoad) {
        var marker = new Marker(ending.marker(), ending.raised(), ending.outcome(), coordinatorEpoch);
        var delivery = new Delivery(id, marker, ending.partitions(), afterLoad, config, route, () -> complete(id));
        deliveries.put(id, delivery);
        return delivery;
    }

    private void complete(String id) {
        shard.note(view -> Endings.complete(view, id), completed -> {}).exceptionally(refused -> {
            shard.schedule(config.longestRetry(), () -> complete(id));
            return false;
        });
    }

    // Time

    /** The date may have been set since it began: it has no more left than it was given, and each reign counts by itself. */
    private Duration timeLeft(TransactionPhase.Open open, int timeoutMs) {
        return Duration.ofMillis(Math.max(1, Math.min(timeoutMs, open.startedMs() + timeoutMs - clock.wallMs())));
    }

    private Cancellable startTimeout(String id, Duration time) {
        return shard.schedule(time, () -> {
            timeouts.remove(id);
            var more = kept.getOrDefault(id, new Deadline(clock.nanos()));
            if (!more.hasPassed(clock.nanos())) {
                timeouts.put(id, startTimeout(id, more.remaining(clock.nanos())));
                return;
            }
            shard.write(view -> Endings.timeOut(view, id)).whenComplete((timedOut, failure) -> {
                var now = machine.find(id);
                if (failure != null && now != null && now.phase() instanceof TransactionPhase.Open) {
                    timeouts.computeIfAbsent(id, name -> startTimeout(name, config.longestRetry()));
                }
            });
        });
    }

    /** Nobody said for a while whether a transaction is open that should be known of by now, or never will be. */
    private void settle(Transaction found) {
        shard.write(view -> Endings.settle(view, found)).whenComplete((settled, failure) -> {
            if (failure != null) {
                shard.schedule(config.longestRetry(), () -> settle(found));
            }
        });
    }

    private void forgetIdle() {
        for (var transaction : List.copyOf(machine.transactions())) {
            shard.write(view -> Expiry.forget(view, transaction.id(), config.idExpiration()));
        }
        shard.schedule(config.idCheckInterval(), this::forgetIdle);
    }

    /** Whether the outcome that is on its way has come this far before the patience ends. */
    private CompletionStage<Boolean> await(
            String id, Function<Delivery, CompletionStage<Void>> howFar, Deadline patience) {
        var delivery = deliveries.get(id);
        if (delivery == null) {
            return CompletableFuture.completedStage(true);
        }
        var reached = new CompletableFuture<Boolean>();
        var timer = shard.schedule(patience.remaining(clock.nanos()), () -> reached.complete(false));
        howFar.apply(delivery).whenComplete((there, failure) -> {
            timer.cancel();
            if (failure == null) {
                reached.complete(true);
            } else {
                reached.completeExceptionally(failure);
            }
        });
        return reached;
    }

    /** A request that may take more than one decision, until there is an answer. */
    private final class Steps<A> {
        private final String id;
        private final Decide<A> decide;
        private final A busy;
        private final Deadline patience = Deadline.after(clock.nanos(), config.patience());

        Steps(String id, Decide<A> decide, A busy) {
            this.id = id;
            this.decide = decide;
            this.busy = busy;
        }

        CompletionStage<A> take(@Nullable Long freshId) {
            return shard.write(view -> decide.on(view, freshId)).thenCompose(step -> after(step, freshId));
        }

        private CompletionStage<A> after(Step<A> step, @Nullable Long freshId) {
            if (step instanceof Step.Answered<A> answered) {
                return CompletableFuture.completedStage(answered.answer());
            }
            if (step instanceof Step.OnceSeen<A> answered) {
                return await(id, Delivery::seen, patience).thenApply(reached -> answered.answer());
            }
            if (step instanceof Step.AgainAfterEnd<A>) {
                return await(id, Delivery::ended, patience)
                        .thenCompose(reached -> reached && !patience.hasPassed(clock.nanos())
                                ? take(freshId)
                                : CompletableFuture.completedStage(busy));
            }
            return producerIds.next().thenComposeAsync(this::take, loop);
        }
    }

    /** Decides, with a producer id that nobody had before where one was asked for. */
    private interface Decide<A> {
        Decision<TransactionRecord, Step<A>> on(View<TransactionMachine> view, @Nullable Long freshId);
    }

    private final Delivery.Route route = new Delivery.Route() {
        @Override
        public void write(TopicPartition partition, Marker marker, Delivery.Answer seen, Delivery.Answer kept) {
            Arrival arrival;
            try {
                arrival = markers.write(partition, marker);
            } catch (RuntimeException e) {
                arrival = Arrival.failed(e);
            }
            tell(arrival.seen(), seen);
            tell(arrival.kept(), kept);
        }

        private void tell(CompletionStage<ErrorCode> stage, Delivery.Answer answer) {
            stage.whenComplete((error, failure) -> shard.later(() -> answer.is(error, failure)));
        }

        @Override
        public void later(Duration pause, Runnable task) {
            shard.schedule(pause, task);
        }
    };
}
