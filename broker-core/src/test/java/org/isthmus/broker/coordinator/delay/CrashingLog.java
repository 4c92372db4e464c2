package org.isthmus.broker.coordinator.delay;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.WaitMark;
import org.isthmus.broker.record.LogRecord;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.runtime.EventLoop;

/**
 * A log in memory that commits a while after it was written to, and of what is not committed loses an end of any length in a crash. Knows its
 * producers' last batches as a partition does.
 */
final class CrashingLog implements DelayLog, DelayTarget {
    static final WaitMark MARK = new WaitMark(new UUID(0, 1), 0);

    private record Waiter(long offset, CompletableFuture<Void> done) {}

    private final EventLoop loop;
    private final Random random;
    private final List<byte[]> batches = new ArrayList<>();
    private final List<Waiter> waiters = new ArrayList<>();
    private long start;
    private long end;
    private long committed;
    private long hurriedUpTo;
    private int reign;

    CrashingLog(EventLoop loop, Random random) {
        this.loop = loop;
        this.random = random;
    }

    /** Behind what no crash takes. */
    long committedEnd() {
        return committed;
    }

    private Duration aWhile() {
        return Duration.ofMillis(random.nextInt(20));
    }

    @Override
    public WaitMark mark() {
        return MARK;
    }

    @Override
    public long append(ByteBuffer batch) {
        var bytes = new byte[batch.remaining()];
        batch.duplicate().get(bytes);
        ByteBuffer.wrap(bytes).putLong(0, end);
        batches.add(bytes);
        end += batchOf(bytes).count();
        return end - 1;
    }

    @Override
    public void hurry() {
        if (end <= hurriedUpTo) {
            return;
        }
        hurriedUpTo = end;
        var upTo = end;
        var now = reign;
        loop.schedule(aWhile(), () -> {
            if (now == reign) {
                committed = Math.max(committed, upTo);
                for (var waiter : List.copyOf(waiters)) {
                    if (waiter.offset() < committed) {
                        waiters.remove(waiter);
                        waiter.done().complete(null);
                    }
                }
            }
        });
    }

    @Override
    public void hurrySoon() {
        hurry();
    }

    @Override
    public CompletionStage<Void> deliver(ByteBuffer batch, Runnable written) {
        var given = RecordBatch.first(batch);
        if (!given.hasProducer()) {
            var offset = append(batch);
            written.run();
            return committedSoon(offset);
        }
        var before = lastOf(given.producerId());
        if (before != null && before.baseSequence() == given.baseSequence()) {
            return committed(before.lastOffset());
        }
        var expected = before == null ? given.baseSequence() : before.lastSequence() + 1;
        if (given.baseSequence() != expected) {
            return CompletableFuture.failedStage(
                    new BrokerException(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, "expected " + expected));
        }
        return committedSoon(append(batch));
    }

    private CompletionStage<Void> committedSoon(long offset) {
        hurry();
        return committed(offset);
    }

    @Override
    public int maxBatchBytes() {
        return 4_000;
    }

    private RecordBatch lastOf(long producerId) {
        RecordBatch last = null;
        for (var bytes : batches) {
            last = batchOf(bytes).producerId() == producerId ? batchOf(bytes) : last;
        }
        return last;
    }

    private static RecordBatch batchOf(byte[] bytes) {
        return RecordBatch.first(ByteBuffer.wrap(bytes));
    }

    @Override
    public CompletionStage<Void> committed(long offset) {
        if (offset < committed) {
            return CompletableFuture.completedStage(null);
        }
        var waiter = new Waiter(offset, new CompletableFuture<>());
        waiters.add(waiter);
        return waiter.done();
    }

    @Override
    public void requireReplicas(long offset) {
        // There is but one.
    }

    @Override
    public CompletionStage<Void> readAll(Consumer<RecordBatch> reader) {
        var upTo = end;
        var done = new CompletableFuture<Void>();
        var now = reign;
        loop.schedule(aWhile(), () -> {
            if (now == reign) {
                for (var bytes : List.copyOf(batches)) {
                    if (batchOf(bytes).baseOffset() < upTo && batchOf(bytes).lastOffset() >= start) {
                        reader.accept(batchOf(bytes));
                    }
                }
                done.complete(null);
            }
        });
        return done;
    }

    @Override
    public CompletionStage<List<LogRecord>> read(List<Long> offsets) {
        var done = new CompletableFuture<List<LogRecord>>();
        var now = reign;
        loop.schedule(aWhile(), () -> {
            if (now == reign) {
                var kept = new HashMap<Long, LogRecord>();
                records().forEach(record -> kept.put(record.offset(), record));
                var found = offsets.stream()
                        .filter(offset -> offset >= start)
                        .map(kept::get)
                        .toList();
                done.complete(found);
            }
        });
        return done;
    }

    List<LogRecord> records() {
        var records = new ArrayList<LogRecord>();
        batches.forEach(bytes -> batchOf(bytes).records().forEach(records::add));
        return records;
    }

    @Override
    public void startFrom(long offset) {
        start = Math.max(start, Math.min(offset, end));
    }

    long size() {
        return end - start;
    }

    void crash() {
        reign++;
        while (!batches.isEmpty() && end > committed && random.nextBoolean()) {
            end -= batchOf(batches.remove(batches.size() - 1)).count();
        }
        committed = end;
        hurriedUpTo = end;
        waiters.clear();
    }
}
