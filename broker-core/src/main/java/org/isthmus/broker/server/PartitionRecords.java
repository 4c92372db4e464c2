package org.isthmus.broker.server;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.isthmus.broker.common.WaitMark;
import org.isthmus.broker.coordinator.share.Interest;
import org.isthmus.broker.coordinator.share.OffsetRange;
import org.isthmus.broker.coordinator.share.RecordSource;
import org.isthmus.broker.coordinator.share.Scan;
import org.isthmus.broker.coordinator.share.StartAt;
import org.isthmus.broker.coordinator.share.Tail;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.log.UndecidedRecords;
import org.isthmus.broker.replica.Partition;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.Clock;

/** A partition's records, as its share groups read them: from the published view, on I/O threads unless they are few and were just written. */
final class PartitionRecords implements RecordSource {
    /** So many that were written last are still in memory, and not worth another thread. */
    private static final int FEW_RECORDS = 64;

    private final Partition partition;
    private final WaitMark waiting;
    private final Executor io;
    private final ValueIndexes indexes;
    private final Clock clock;

    PartitionRecords(Partition partition, WaitMark waiting, Executor io, ValueIndexes indexes, Clock clock) {
        this.partition = partition;
        this.waiting = waiting;
        this.io = io;
        this.indexes = indexes;
        this.clock = clock;
    }

    @Override
    public CompletionStage<Scan> scan(
            long from, Interest interest, boolean committedOnly, boolean asMessages, int maxBytes) {
        Read<Scan> scan = view -> scan(view, from, interest, committedOnly, asMessages, maxBytes);
        var view = partition.view();
        return view.isPresent() && isAtHand(from) ? readHere(view.get(), scan) : read(scan);
    }

    private Scan scan(
            LogView view, long from, Interest interest, boolean committedOnly, boolean asMessages, int maxBytes)
            throws IOException {
        var filter = InterestFilter.of(interest);
        var scan = new RecordScan(view, filter, committedOnly, asMessages ? waiting : null, clock.wallMs());
        var required = filter.required();
        // What an index knows is for messages, and of a log that does not change.
        return required.isPresent() && committedOnly && asMessages && !partition.isCompacted()
                ? scan.from(from, maxBytes, indexes.of(this, required.get().property()), required.get())
                : scan.from(from, maxBytes);
    }

    @Override
    public long startOffset() {
        return partition.view().map(LogView::startOffset).orElse(0L);
    }

    @Override
    public long readableTo() {
        return partition.view().map(LogView::highWatermark).orElse(0L);
    }

    @Override
    public boolean isAtHand(long offset) {
        return readableTo() - offset <= FEW_RECORDS;
    }

    @Override
    public boolean isSafe(long offset) {
        return partition.isSafe(offset);
    }

    @Override
    public CompletionStage<Void> safe(long offset, boolean hurried) {
        return partition.safe(offset, hurried);
    }

    @Override
    public CompletionStage<Long> offsetOf(StartAt place) {
        return read(view -> {
            if (place instanceof StartAt.Earliest) {
                return view.startOffset();
            }
            if (place instanceof StartAt.AtTime time) {
                return view.firstAtOrAfter(time.timestampMs())
                        .map(LogView.TimestampedOffset::offset)
                        .orElse(view.highWatermark());
            }
            if (place instanceof StartAt.AtOffset at) {
                return Math.max(view.startOffset(), Math.min(at.offset(), view.endOffset()));
            }
            return view.highWatermark();
        });
    }

    @Override
    public CompletionStage<Tail> tail() {
        return read(view -> new Tail(
                view.highWatermark(),
                UndecidedRecords.in(view).stream()
                        .map(range -> new OffsetRange(range.first(), range.last()))
                        .toList()));
    }

    @Override
    public CompletionStage<Long> waitedUpTo() {
        return partition.waitedUpTo();
    }

    @Override
    public Cancellable whenReadable(long offset, Runnable task) {
        return partition.onCommitted(offset + 1, task);
    }

    private interface Read<T> {
        T from(LogView view) throws IOException;
    }

    private static <T> CompletionStage<T> readHere(LogView view, Read<T> read) {
        try {
            return CompletableFuture.completedFuture(read.from(view));
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private <T> CompletionStage<T> read(Read<T> read) {
        var answer = new CompletableFuture<T>();
        partition.opened().whenComplete((view, failure) -> {
            if (failure != null) {
                partition.loop().perform(() -> answer.completeExceptionally(failure));
                return;
            }
            io.execute(() -> {
                T found;
                try {
                    found = read.from(view);
                } catch (IOException | RuntimeException e) {
                    partition.loop().perform(() -> answer.completeExceptionally(e));
                    return;
                }
                partition.loop().perform(() -> answer.complete(found));
            });
        });
        return answer;
    }
}
