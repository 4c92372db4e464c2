package org.isthmus.broker.coordinator.delay;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.WaitMark;
import org.isthmus.broker.coordinator.Bytes;
import org.isthmus.broker.coordinator.Decision;
import org.isthmus.broker.coordinator.Guests;
import org.isthmus.broker.coordinator.Shard;
import org.isthmus.broker.coordinator.ShardObserver;
import org.isthmus.broker.coordinator.ShardedCoordinator;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.Header;
import org.isthmus.broker.record.LogRecord;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.IdSource;

/**
 * The delayed records of one partition, for as long as this broker leads it. Owned by the partition's loop, on which every method is called.
 *
 * <pre>
 *   RESTING ──the first one is due──▶ decided (Moving) ──▶ appended to the partition ──▶ noted (Moved) ──▶ RESTING
 * </pre>
 *
 * <p>One batch is under way at a time. Where the broker dies between the two records, the batch is appended again under the same producer and
 * sequence, and the partition knows whether it has it.
 */
public final class DelayPartition implements ShardedCoordinator.Tenant {
    private static final System.Logger LOG = System.getLogger(DelayPartition.class.getName());

    private static final int MOST_AT_ONCE = 500;
    private static final int MOST_BYTES_AT_ONCE = 256 << 10;
    private static final Duration RETRY = Duration.ofSeconds(1);
    /** The wall clock may be set: it is looked at now and then. */
    private static final Duration LONGEST_REST = Duration.ofSeconds(30);

    private static final int MOST_REWRITTEN = 100;

    private final String name;
    private final DelayLog log;
    private final EventLoop loop;
    private final DelayTarget target;
    private final Supplier<CompletionStage<Long>> producerIds;
    private final Clock clock;
    private final int windowSize;
    private final DelayMachine machine;
    private final Shard<DelayMachine, DelayRecord> shard;
    private final CompletableFuture<Void> loaded = new CompletableFuture<>();
    private Cancellable alarm = () -> {};
    private final Guests<StagedBy> guests = new Guests<>();
    /** From the beginning: nothing is moved before all that earlier reigns left is committed. */
    private boolean busy = true;

    /**
     * @param producerIds a producer id that nobody had before, on the partition's loop
     * @param windowSize how many of those next due are kept in memory
     */
    public DelayPartition(
            String name,
            DelayLog log,
            EventLoop loop,
            DelayTarget target,
            Supplier<CompletionStage<Long>> producerIds,
            Clock clock,
            IdSource ids,
            int windowSize) {
        this.name = name;
        this.log = log;
        this.loop = loop;
        this.target = target;
        this.producerIds = producerIds;
        this.clock = clock;
        this.windowSize = windowSize;
        this.machine = new DelayMachine(windowSize);
        this.shard = new Shard<>(name, log, loop, new DelayRecordCodec(), machine, new Observer(), clock, ids);
    }

    @Override
    public Shard<?, ?> shard() {
        return shard;
    }

    /** Completes, on the loop, once the log has been replayed. */
    public CompletionStage<Void> loaded() {
        return loaded;
    }

    /**
     * Takes a record in. Completes once it is committed, or, where the sender does not wait for that, once it is written.
     */
    public CompletionStage<Void> delay(Delayed record, boolean untilCommitted) {
        if (record.atMs() <= passedMs() && !isBehindOthers()) {
            return deliver(record);
        }
        var written = new CompletableFuture<Void>();
        var committed = shard.write(
                        view -> Decision.of(
                                true,
                                List.<DelayRecord>of(DelayRecord.Waiting.first(
                                        record.notBefore(view.state().passedMs())))),
                        done -> {
                            written.complete(null);
                            rest();
                        })
                .<Void>thenApply(done -> null);
        return untilCommitted
                ? committed.exceptionally(failure -> {
                    throw written.isDone() ? unclear(failure) : new CompletionException(cause(failure));
                })
                : CompletableFuture.anyOf(written, committed.toCompletableFuture())
                        .thenApply(done -> null);
    }

    private CompletionStage<Void> deliver(Delayed record) {
        var written = new AtomicBoolean();
        return target.deliver(ByteBuffer.wrap(record.batch().array()), () -> written.set(true))
                .exceptionally(failure -> {
                    throw written.get() ? unclear(failure) : new CompletionException(cause(failure));
                });
    }

    /** Whether there is something that is due and has not been moved yet: it may have been sent before by the same session. */
    private boolean isBehindOthers() {
        var window = machine.window();
        return machine.moving() != null
                || (window.isEmpty()
                        ? !window.isWhole()
                        : window.all().firstKey().atMs() <= passedMs());
    }

    /** What is written may survive all the same: whoever sent it again could leave two of it. */
    private static BrokerException unclear(Throwable failure) {
        return new BrokerException(ErrorCode.UNKNOWN_SERVER_ERROR, "fate unknown: " + failure.getMessage(), failure);
    }

    /**
     * Takes records in that wait for their time only once their transaction commits. Completes once that is committed; doing it again does no
     * harm. Fails as the admission does, with {@code INVALID_TXN_STATE} where the transaction ends meanwhile, and with {@code
     * OUT_OF_ORDER_SEQUENCE_NUMBER} where records before these are missing.
     *
     * @param first how many of the transaction were sent here before these
     * @param admission makes the partition's delayed records take part in the transaction; completes once that is durable
     */
    public CompletionStage<Void> stage(
            StagedBy transaction, int first, List<Delayed> records, Supplier<CompletionStage<Void>> admission) {
        return machine.backlog().staged(transaction) > 0
                ? stage(transaction, first, records)
                : guests.admit(transaction, admission, loop)
                        .thenCompose(admitted -> stage(transaction, first, records));
    }

    private CompletionStage<Void> stage(StagedBy transaction, int first, List<Delayed> records) {
        return shard.write(view -> {
                    var before = view.state().backlog().staged(transaction);
                    if (first > before) {
                        throw new BrokerException(
                                ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                                first + " records were sent for later before, " + before + " of them are here");
                    }
                    return Decision.of(
                            true,
                            records.stream()
                                    .skip(before - first)
                                    .<DelayRecord>map(
                                            each -> new DelayRecord.Staged(transaction, each.atMs(), each.batch()))
                                    .toList());
                })
                .thenApply(done -> null);
    }

    /**
     * Settles what was staged; completes once that is committed. Doing it again does no harm.
     *
     * @param outcome the last identity whose transaction it ends, and with that every earlier one of the producer
     */
    public CompletionStage<Void> end(StagedBy outcome, boolean commit) {
        guests.end(transaction -> transaction.isEndedBy(outcome));
        return shard.write(
                        view -> view.state().backlog().holdsEndedBy(outcome)
                                ? Decision.of(
                                        true,
                                        List.<DelayRecord>of(
                                                new DelayRecord.Ended(outcome, commit, machine.passedMs())))
                                : Decision.answer(true),
                        done -> rest())
                .thenApply(done -> null);
    }

    /**
     * What an earlier reign wrote last could still be lost, and no later leader know of it: if records were moved by that, the next one would move
     * them once more, under another sequence.
     */
    private void awaitEarlierReigns() {
        shard.committed().whenComplete((done, failure) -> {
            if (failure == null) {
                goOn();
            } else {
                shard.schedule(RETRY, this::awaitEarlierReigns);
            }
        });
    }

    private void rest() {
        if (busy) {
            return;
        }
        alarm.cancel();
        var moving = machine.moving();
        var window = machine.window();
        if (!window.isWhole() && (window.isEmpty() || (moving != null && !window.covers(moving.upTo())))) {
            busy = true;
            refill();
            return;
        }
        if (moving != null) {
            busy = true;
            carryOut();
            return;
        }
        if (window.isEmpty()) {
            return;
        }
        var left = machine.window().all().firstKey().atMs() - passedMs();
        if (left > 0) {
            var wait = Duration.ofMillis(left);
            alarm = shard.schedule(wait.compareTo(LONGEST_REST) < 0 ? wait : LONGEST_REST, this::rest);
            return;
        }
        busy = true;
        begin(machine.producerId(), machine.nextSequence());
    }

    /** Until when records need not wait: until now, or for as long as they were moved under a clock that was ahead. */
    private long passedMs() {
        return Math.max(clock.wallMs(), machine.passedMs());
    }

    private void begin(long producerId, int sequence) {
        if (producerId < 0) {
            andThen(producerIds.get(), given -> begin(given, 0));
            return;
        }
        var upTo = chosen(passedMs());
        var moving = new DelayRecord.Moving(upTo, producerId, sequence);
        andThen(shard.write(view -> Decision.of(true, List.<DelayRecord>of(moving))), done -> carryOut());
    }

    private Due chosen(long nowMs) {
        var most = Math.min(MOST_BYTES_AT_ONCE, target.maxBatchBytes());
        var last = machine.window().all().firstKey();
        var count = 0;
        var bytes = 0L;
        for (var entry : machine.window().all().entrySet()) {
            bytes += entry.getValue().sizeInBytes() + WaitMark.MOST_BYTES;
            if (entry.getKey().atMs() > nowMs || ++count > MOST_AT_ONCE || (count > 1 && bytes > most)) {
                break;
            }
            last = entry.getKey();
        }
        return last;
    }

    private void carryOut() {
        var moving = machine.moving();
        if (moving == null) {
            busy = false;
            return;
        }
        var due = new ArrayList<Due>();
        var offsets = new ArrayList<Long>();
        machine.window().upTo(moving.upTo()).forEach((each, place) -> {
            due.add(each);
            offsets.add(place.offset());
        });
        andThen(log.read(offsets), records -> {
            var batch = batch(due, records, moving);
            target.deliver(batch, () -> {}).whenComplete((appended, failure) -> {
                if (failure == null) {
                    note(moving, records.size());
                } else if (isForgotten(failure)) {
                    // The partition remembers this producer no more, so it has not got this batch either.
                    begin(-1, 0);
                } else {
                    tryAgain(failure);
                }
            });
        });
    }

    private ByteBuffer batch(List<Due> due, List<LogRecord> records, DelayRecord.Moving moving) {
        var batch =
                new RecordBatchBuilder(Compression.NONE).producer(moving.producerId(), (short) 0, moving.sequence());
        for (var i = 0; i < records.size(); i++) {
            for (var delayed : RecordBatch.first(
                            ByteBuffer.wrap(held(records.get(i)).array()))
                    .records()) {
                batch.append(
                        delayed.timestampMs(),
                        delayed.key(),
                        delayed.value(),
                        marked(delayed.headers(), due.get(i).since()));
            }
        }
        return batch.build();
    }

    /** It may bear the mark of another partition, from which it was copied. */
    private List<Header> marked(List<Header> headers, long since) {
        var marked = new ArrayList<Header>();
        headers.stream().filter(each -> !each.key().equals(WaitMark.HEADER)).forEach(marked::add);
        marked.add(new Header(WaitMark.HEADER, target.mark().text(since).getBytes(StandardCharsets.US_ASCII)));
        return marked;
    }

    private static Bytes held(LogRecord record) {
        return ((DelayRecord.Holding) new DelayRecordCodec().decode(record)).batch();
    }

    private void note(DelayRecord.Moving moving, int count) {
        var next = (moving.sequence() + count) & Integer.MAX_VALUE;
        var records = new ArrayList<DelayRecord>();
        records.add(new DelayRecord.Moved(moving.upTo(), moving.producerId(), next));
        andThen(shard.write(view -> Decision.of(true, records)), done -> tidyUp());
    }

    /** Keeps the log from growing without end behind a record that waits for long: the oldest ones are written once more, at its end. */
    private void tidyUp() {
        var window = machine.window();
        var end = machine.lastMovedOffset();
        var oldest = Math.min(window.oldestOffset(), end);
        if (!window.isWhole() || end - oldest < windowSize + 4L * window.all().size()) {
            cut();
            goOn();
            return;
        }
        var old = new ArrayList<Due>();
        var offsets = new ArrayList<Long>();
        var bytes = new long[1];
        window.all().entrySet().stream()
                .sorted(Comparator.comparingLong(entry -> entry.getValue().offset()))
                .limit(MOST_REWRITTEN)
                .takeWhile(
                        entry -> old.isEmpty() || (bytes[0] += entry.getValue().sizeInBytes()) < MOST_BYTES_AT_ONCE)
                .forEach(entry -> {
                    old.add(entry.getKey());
                    offsets.add(entry.getValue().offset());
                });
        andThen(log.read(offsets), records -> {
            var again = new ArrayList<DelayRecord>();
            for (var i = 0; i < old.size(); i++) {
                again.add(new DelayRecord.Waiting(old.get(i), held(records.get(i))));
            }
            andThen(shard.write(view -> Decision.of(true, again)), done -> {
                cut();
                goOn();
            });
        });
    }

    private void cut() {
        if (machine.window().isWhole()) {
            var needed =
                    Math.min(machine.window().oldestOffset(), machine.backlog().oldestStaged());
            log.startFrom(Math.min(needed, machine.lastMovedOffset()));
        }
    }

    private void goOn() {
        shard.later(() -> {
            busy = false;
            rest();
        });
    }

    /** Reads the log for those next due, when all that were known have been moved. */
    private void refill() {
        var filling = machine.beginRefill();
        var codec = new DelayRecordCodec();
        var read = log.readAll(batch -> {
            for (var record : batch.records()) {
                if (!batch.isControl() && codec.decode(record) instanceof DelayRecord.OfBacklog told) {
                    told.news(record.offset()).tell(filling, machine.moved());
                }
            }
        });
        andThen(read, done -> {
            machine.endRefill(filling);
            goOn();
        });
    }

    private interface Then<T> {
        void go(T value);
    }

    private <T> void andThen(CompletionStage<T> stage, Then<T> then) {
        stage.whenComplete((value, failure) -> {
            if (failure != null) {
                tryAgain(failure);
                return;
            }
            try {
                then.go(value);
            } catch (RuntimeException e) {
                tryAgain(e);
            }
        });
    }

    private void tryAgain(Throwable failure) {
        LOG.log(System.Logger.Level.WARNING, "Delayed records are moved later: " + name, failure);
        shard.schedule(RETRY, () -> {
            busy = false;
            rest();
        });
    }

    private static boolean isForgotten(Throwable failure) {
        return cause(failure) instanceof BrokerException refused
                && (refused.code() == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
                        || refused.code() == ErrorCode.UNKNOWN_PRODUCER_ID
                        || refused.code() == ErrorCode.INVALID_PRODUCER_EPOCH);
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private final class Observer implements ShardObserver<DelayRecord> {
        @Override
        public void loaded() {
            loaded.complete(null);
            awaitEarlierReigns();
        }

        @Override
        public void applied(List<DelayRecord> records, CompletionStage<Void> committed) {
            // Whoever wrote them goes on by itself.
        }

        @Override
        public void closed(Throwable cause) {
            loaded.completeExceptionally(cause);
        }
    }
}
