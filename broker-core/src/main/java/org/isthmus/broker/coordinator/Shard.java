package org.isthmus.broker.coordinator;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.IdSource;

/**
 * A state machine on one log partition. A decision's records are appended as one batch and replayed at once; its answer leaves when the
 * batch is committed, so nobody hears of a state that could still be lost. Owned by the partition's loop, on which every method is called.
 *
 * <pre>
 *   LOADING ──log replayed──▶ ACTIVE
 *      └───────┬─────────────────┘
 *   resigned, or the log can no longer be trusted to equal the state
 *              ▼
 *            CLOSED
 * </pre>
 *
 * <p>Invariant: the state is the sum of the log's records. Where that is in doubt the shard closes and a new one replays the log.
 *
 * @param <S> the state machine
 * @param <R> its records
 */
public final class Shard<S extends StateMachine<R>, R> {
    private enum Phase {
        LOADING,
        ACTIVE,
        CLOSED
    }

    private final String name;
    private final ShardLog log;
    private final EventLoop loop;
    private final RecordCodec<R> codec;
    private final S machine;
    private final ShardObserver<R> observer;
    private final Clock clock;
    private final IdSource ids;

    private final Set<Cancellable> timers = new HashSet<>();
    private Phase phase = Phase.LOADING;
    private Consumer<Throwable> onBroken = cause -> {};
    private long lastOffset = -1;

    public Shard(
            String name,
            ShardLog log,
            EventLoop loop,
            RecordCodec<R> codec,
            S machine,
            ShardObserver<R> observer,
            Clock clock,
            IdSource ids) {
        this.name = name;
        this.log = log;
        this.loop = loop;
        this.codec = codec;
        this.machine = machine;
        this.observer = observer;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * Changes the state: decides on it as it is now, and answers once the decision is committed. Fails with {@link BrokerException}: {@code
     * COORDINATOR_LOAD_IN_PROGRESS}, {@code NOT_COORDINATOR}, or with what the log refused the records for; and with what the decision
     * throws, which changes nothing.
     */
    public <T> CompletionStage<T> write(Function<View<S>, Decision<R, T>> decide) {
        return write(decide, answer -> {});
    }

    /**
     * As {@link #write(Function)}, and tells the answer to the owner of soft state as soon as the records are in the state, and {@linkplain
     * ShardLog#hurry hurried}.
     */
    public <T> CompletionStage<T> write(Function<View<S>, Decision<R, T>> decide, Consumer<T> applied) {
        return decide(decide, log::hurry, applied);
    }

    /**
     * As {@link #write(Function, Consumer)}, for what would be decided again if it were lost: the answer takes its time, because nothing is
     * committed for its sake that others do not want committed sooner.
     */
    public <T> CompletionStage<T> note(Function<View<S>, Decision<R, T>> decide, Consumer<T> applied) {
        return decide(decide, log::hurrySoon, applied);
    }

    private <T> CompletionStage<T> decide(
            Function<View<S>, Decision<R, T>> decide, Runnable hurry, Consumer<T> applied) {
        if (phase != Phase.ACTIVE) {
            return CompletableFuture.failedStage(notActive());
        }
        Decision<R, T> decision;
        try {
            decision = decide.apply(view());
        } catch (RuntimeException e) {
            return CompletableFuture.failedStage(e);
        }
        try {
            if (decision.records().isEmpty()) {
                log.requireReplicas(lastOffset);
            } else {
                append(decision.records());
            }
        } catch (BrokerException refused) {
            return CompletableFuture.failedStage(refused);
        } catch (IOException | RuntimeException e) {
            breakUp(e);
            return CompletableFuture.failedStage(notActive());
        }
        var answer = answerOnceCommitted(decision.answer());
        hurry.run();
        applied.accept(decision.answer());
        return answer;
    }

    /** Asks the state as it is now, and answers once everything that the query saw is committed. Fails as {@link #write(Function)} does. */
    public <T> CompletionStage<T> read(Function<View<S>, T> query) {
        if (phase != Phase.ACTIVE) {
            return CompletableFuture.failedStage(notActive());
        }
        try {
            log.requireReplicas(lastOffset);
            var answer = answerOnceCommitted(query.apply(view()));
            log.hurry();
            return answer;
        } catch (RuntimeException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    /** Completes once all that is in the state now is committed, however long that takes. Fails where the shard does not serve. */
    public CompletionStage<Void> committed() {
        if (phase != Phase.ACTIVE) {
            return CompletableFuture.failedStage(notActive());
        }
        var committed = log.committed(lastOffset);
        log.hurry();
        return committed;
    }

    /** Asks the state as it is now and answers at once, be it committed or not. Fails where the shard does not serve. */
    public <T> CompletionStage<T> peek(Function<S, T> query) {
        return phase == Phase.ACTIVE
                ? CompletableFuture.completedStage(query.apply(machine))
                : CompletableFuture.failedStage(notActive());
    }

    /** Runs a task on the loop after the delay, unless the shard closes before. */
    public Cancellable schedule(Duration delay, Runnable task) {
        var timer = new Timer(task);
        if (phase != Phase.CLOSED) {
            timers.add(timer);
            timer.armed = loop.schedule(delay, timer);
        }
        return timer;
    }

    /** Runs a task on the loop after what happens now, unless the shard closes before. */
    public void later(Runnable task) {
        loop.execute(() -> {
            if (phase == Phase.ACTIVE) {
                task.run();
            }
        });
    }

    /** Replays the whole log. Requests are refused until the stage completes; where the log cannot be read, the shard closes. */
    CompletionStage<Void> load() {
        var loaded = new CompletableFuture<Void>();
        log.readAll(this::replay).whenComplete((done, failure) -> {
            if (phase != Phase.LOADING) {
                return;
            }
            if (failure != null) {
                breakUp(failure);
                return;
            }
            phase = Phase.ACTIVE;
            observer.loaded();
            loaded.complete(null);
        });
        return loaded;
    }

    boolean isLoading() {
        return phase == Phase.LOADING;
    }

    /** Called once, with the cause, where the shard closes for another reason than {@link #close}. */
    void onBroken(Consumer<Throwable> listener) {
        onBroken = listener;
    }

    /** Gives the shard up. Timers stop; answers that wait for their commit still get it, or hear from the log that it is not led any more. */
    void close() {
        if (phase == Phase.CLOSED) {
            return;
        }
        phase = Phase.CLOSED;
        List.copyOf(timers).forEach(Cancellable::cancel);
        observer.closed(notActive());
    }

    private void append(List<R> records) throws IOException {
        var builder = new RecordBatchBuilder(Compression.NONE);
        for (var record : records) {
            builder.append(clock.wallMs(), codec.key(record), codec.value(record), List.of());
        }
        lastOffset = log.append(builder.build());
        var offset = lastOffset - records.size() + 1;
        for (var record : records) {
            machine.replay(offset++, record);
        }
        observer.applied(records, log.committed(lastOffset));
    }

    private void replay(RecordBatch batch) {
        if (batch.isControl()) {
            return;
        }
        for (var record : batch.records()) {
            machine.replay(record.offset(), codec.decode(record));
        }
        lastOffset = batch.lastOffset();
    }

    private <T> CompletionStage<T> answerOnceCommitted(T answer) {
        var promise = new CompletableFuture<T>();
        log.committed(lastOffset).whenComplete((done, failure) -> {
            if (failure == null) {
                promise.complete(answer);
            } else {
                promise.completeExceptionally(new BrokerException(
                        ErrorCode.NOT_COORDINATOR, "shard " + name + " stopped being led here", failure));
            }
        });
        return promise;
    }

    private View<S> view() {
        return new View<>(machine, clock.wallMs(), ids::nextUuid);
    }

    private void breakUp(Throwable cause) {
        if (phase == Phase.CLOSED) {
            return;
        }
        close();
        onBroken.accept(cause);
    }

    private BrokerException notActive() {
        return phase == Phase.LOADING
                ? loading(name)
                : new BrokerException(ErrorCode.NOT_COORDINATOR, "shard " + name + " is not led here any more");
    }

    static BrokerException loading(String name) {
        return new BrokerException(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, "shard " + name + " is replaying its log");
    }

    private final class Timer implements Runnable, Cancellable {
        private final Runnable task;
        private Cancellable armed = () -> {};

        Timer(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            if (timers.remove(this)) {
                task.run();
            }
        }

        @Override
        public void cancel() {
            timers.remove(this);
            armed.cancel();
        }
    }
}
