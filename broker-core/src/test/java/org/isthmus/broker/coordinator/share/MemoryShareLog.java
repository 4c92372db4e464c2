package org.isthmus.broker.coordinator.share;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.record.RecordBatch;

/** A log in memory that commits after a while, refuses now and then, and loses on a crash what was not committed. */
final class MemoryShareLog implements ShareLog {
    private record Entry(long first, long last, byte[] bytes) {}

    private record Waiter(long offset, CompletableFuture<Void> done) {}

    private final VirtualLoop loop;
    private final Supplier<Duration> commitDelay;
    private final Supplier<Boolean> refuses;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Waiter> waiters = new ArrayList<>();
    private long end;
    private long hurriedUpTo;
    private long committed = -1;
    private int reign;
    private long start;

    MemoryShareLog(VirtualLoop loop, Supplier<Duration> commitDelay, Supplier<Boolean> refuses) {
        this.loop = loop;
        this.commitDelay = commitDelay;
        this.refuses = refuses;
    }

    @Override
    public long append(ByteBuffer batch) throws IOException {
        if (refuses.get()) {
            throw new BrokerException(ErrorCode.NOT_ENOUGH_REPLICAS, "not now");
        }
        var bytes = new byte[batch.remaining()];
        batch.get(bytes);
        var records = 0;
        for (var ignored :
                RecordBatch.in(ByteBuffer.wrap(bytes)).iterator().next().records()) {
            records++;
        }
        entries.add(new Entry(end, end + records - 1, bytes));
        end += records;
        return end - 1;
    }

    @Override
    public void hurry() {
        if (end > hurriedUpTo) {
            hurriedUpTo = end;
            var upTo = end - 1;
            var now = reign;
            loop.schedule(commitDelay.get(), () -> {
                if (now == reign) {
                    commit(upTo);
                }
            });
        }
    }

    @Override
    public void hurrySoon() {
        var now = reign;
        loop.schedule(commitDelay.get(), () -> {
            if (now == reign) {
                hurry();
            }
        });
    }

    private void commit(long upTo) {
        committed = Math.max(committed, upTo);
        for (var waiter : List.copyOf(waiters)) {
            if (waiter.offset() <= committed) {
                waiters.remove(waiter);
                waiter.done().complete(null);
            }
        }
    }

    @Override
    public CompletionStage<Void> committed(long offset) {
        if (offset <= committed) {
            return CompletableFuture.completedStage(null);
        }
        var waiter = new Waiter(offset, new CompletableFuture<>());
        waiters.add(waiter);
        return waiter.done();
    }

    @Override
    public void requireReplicas(long offset) {
        // They come back before anybody notices.
    }

    @Override
    public CompletionStage<Void> readAll(Consumer<RecordBatch> reader) {
        for (var entry : entries) {
            if (entry.last() >= start) {
                var bytes = ByteBuffer.wrap(entry.bytes().clone());
                bytes.putLong(0, entry.first());
                RecordBatch.in(bytes).forEach(reader);
            }
        }
        return CompletableFuture.completedStage(null);
    }

    @Override
    public void startFrom(long offset) {
        start = Math.max(start, Math.min(offset, end));
    }

    long start() {
        return start;
    }

    long end() {
        return end;
    }

    /** The leader dies: of what was not committed, only so many batches are there for the next. */
    void crash(int survivors) {
        reign++;
        var left = survivors;
        for (var i = 0; i < entries.size(); i++) {
            if (entries.get(i).last() > committed && left-- <= 0) {
                entries.subList(i, entries.size()).clear();
            }
        }
        end = entries.isEmpty() ? 0 : entries.get(entries.size() - 1).last() + 1;
        committed = end - 1;
        hurriedUpTo = end;
        for (var waiter : List.copyOf(waiters)) {
            waiters.remove(waiter);
            waiter.done()
                    .completeExceptionally(
                            new BrokerException(ErrorCode.NOT_LEADER_OR_FOLLOWER, "the leader has died"));
        }
    }
}
