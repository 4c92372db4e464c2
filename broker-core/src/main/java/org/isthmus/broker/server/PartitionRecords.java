package org.isthmus.broker.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;
import org.isthmus.broker.common.WaitMark;
import org.isthmus.broker.coordinator.share.Interest;
import org.isthmus.broker.coordinator.share.Marks;
import org.isthmus.broker.coordinator.share.OffsetRange;
import org.isthmus.broker.coordinator.share.RecordSource;
import org.isthmus.broker.coordinator.share.Scan;
import org.isthmus.broker.coordinator.share.StartAt;
import org.isthmus.broker.coordinator.share.Tail;
import org.isthmus.broker.log.AbortedTransaction;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.log.OpenTransaction;
import org.isthmus.broker.log.UndecidedRecords;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordCursor;
import org.isthmus.broker.replica.Partition;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.Clock;

/** A partition's records, as its share groups read them: from the published view, on I/O threads unless they are few and were just written. */
record PartitionRecords(
        Partition partition,
        WaitMark waiting,
        Executor io,
        Function<Interest, Predicate<RecordCursor>> filters,
        Clock clock)
        implements RecordSource {
    /** So many that were written last are still in memory, and not worth another thread. */
    private static final int FEW_RECORDS = 64;

    @Override
    public CompletionStage<Scan> scan(
            long from, Interest interest, boolean committedOnly, boolean asMessages, int maxBytes) {
        Read<Scan> scan = view -> scan(view, from, interest, committedOnly, asMessages, maxBytes);
        var view = partition.view();
        return view.isPresent() && isAtHand(from) ? readHere(view.get(), scan) : read(scan);
    }

    private Scan scan(
            LogView view, long asked, Interest interest, boolean committedOnly, boolean asMessages, int maxBytes)
            throws IOException {
        var from = Math.max(asked, view.startOffset());
        var upTo = view.highWatermark();
        if (from >= upTo) {
            return new Scan(from, from, List.of());
        }
        var bytes = view.copy(from, upTo, maxBytes);
        var aborted = committedOnly ? view.abortedTransactions(from, behind(bytes)) : List.<AbortedTransaction>of();
        var filter = filters.apply(interest);
        var batches = new ArrayList<Scan.Batch>();
        var next = from;
        for (var batch : RecordBatch.in(bytes)) {
            var range = new OffsetRange(Math.max(from, batch.baseOffset()), batch.lastOffset());
            var content = content(batch, committedOnly ? view.openTransactions() : List.of(), aborted);
            var data = content == Scan.Content.DATA;
            // Compaction leaves batches in which offsets are missing.
            var isWhole = batch.count() == batch.lastOffsetDelta() + 1;
            var matching =
                    !data || (interest.isEverything() && isWhole) ? List.of(range) : matching(batch, range, filter);
            var marks = data && asMessages ? MessageMarks.of(batch, range, waiting, clock.wallMs()) : Marks.NONE;
            batches.add(new Scan.Batch(
                    range, batch.baseOffset(), batch.sizeInBytes(), content, batch.producerId(), matching, marks));
            next = batch.lastOffset() + 1;
        }
        return new Scan(from, next, batches);
    }

    private static long behind(ByteBuffer batches) {
        var behind = 0L;
        for (var batch : RecordBatch.in(batches)) {
            behind = batch.nextOffset();
        }
        return behind;
    }

    private static Scan.Content content(
            RecordBatch batch, List<OpenTransaction> open, List<AbortedTransaction> aborted) {
        if (batch.isControl()) {
            return Scan.Content.MARKER;
        }
        if (batch.isTransactional() && isOpen(batch, open)) {
            return Scan.Content.UNDECIDED;
        }
        return isAborted(batch, aborted) ? Scan.Content.NOTHING : Scan.Content.DATA;
    }

    private static boolean isOpen(RecordBatch batch, List<OpenTransaction> open) {
        return open.stream()
                .anyMatch(transaction -> transaction.producerId() == batch.producerId()
                        && transaction.firstOffset() <= batch.baseOffset());
    }

    private static boolean isAborted(RecordBatch batch, List<AbortedTransaction> aborted) {
        return batch.isTransactional()
                && aborted.stream()
                        .anyMatch(transaction -> transaction.producerId() == batch.producerId()
                                && transaction.firstOffset() <= batch.baseOffset()
                                && batch.lastOffset() < transaction.markerOffset());
    }

    private static List<OffsetRange> matching(RecordBatch batch, OffsetRange range, Predicate<RecordCursor> filter) {
        var matching = new ArrayList<OffsetRange>();
        long first = -1;
        long last = -1;
        for (var record = batch.cursor(); record.next(); ) {
            if (!range.contains(record.offset()) || !filter.test(record)) {
                continue;
            }
            if (first >= 0 && record.offset() != last + 1) {
                matching.add(new OffsetRange(first, last));
                first = -1;
            }
            first = first < 0 ? record.offset() : first;
            last = record.offset();
        }
        if (first >= 0) {
            matching.add(new OffsetRange(first, last));
        }
        return matching;
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
    public CompletionStage<Void> safe(long offset) {
        return partition.safe(offset);
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
