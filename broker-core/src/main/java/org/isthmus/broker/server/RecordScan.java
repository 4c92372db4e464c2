package org.isthmus.broker.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.broker.common.WaitMark;
import org.isthmus.broker.coordinator.share.Marks;
import org.isthmus.broker.coordinator.share.OffsetRange;
import org.isthmus.broker.coordinator.share.Scan;
import org.isthmus.broker.log.AbortedTransaction;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordCursor;
import org.isthmus.broker.selector.PropertySource;
import org.isthmus.broker.selector.Required;
import org.jspecify.annotations.Nullable;

/**
 * Looks for what an interest covers, in one view of a log. Used once, by one thread.
 *
 * @param waited what records that waited are marked with, where they are looked at for their {@link Marks} at all
 */
record RecordScan(
        LogView view,
        InterestFilter filter,
        boolean committedOnly,
        @Nullable WaitMark waited,
        long nowMs) {
    /** Of the batches from this offset on, at most so many bytes, but one batch if there is one. */
    Scan from(long asked, int maxBytes) throws IOException {
        var found = new Found(Math.max(asked, view.startOffset()));
        if (found.next < view.highWatermark()) {
            found.read(view.highWatermark(), maxBytes, null, null);
        }
        return found.scan();
    }

    /** The same, but with the help of an index, which learns from it; what is passed over does not count. */
    Scan from(long asked, int maxBytes, ValueIndex index, Required required) throws IOException {
        var found = new Found(Math.max(asked, view.startOffset()));
        var left = maxBytes;
        while (left > 0 && found.next < view.highWatermark()) {
            var block = index.holding(found.next).orElse(null);
            if (block != null && !block.mayConcern(required, nowMs)) {
                found.pass(block);
                continue;
            }
            var read = block == null
                    ? found.read(endOfUnknown(index, found.next), left, null, learning(index, found.next, required))
                    : found.read(block.next(), block.sizeInBytes(), block, null);
            if (read == 0) {
                break;
            }
            left -= read;
        }
        return found.scan();
    }

    private long endOfUnknown(ValueIndex index, long from) {
        return Math.min(index.nextBehind(from).orElse(Long.MAX_VALUE), view.highWatermark());
    }

    private static Learning learning(ValueIndex index, long from, Required required) {
        return new Learning(required.property(), index.from(from));
    }

    /** What an index is told of the property that it is about. */
    private record Learning(String property, ValueIndex.Builder blocks) {
        /** The message with the property, which is looked up once. */
        PropertySource of(PropertySource message) {
            var value = message.value(property);
            blocks.add(value);
            return name -> name.equals(property) ? value : message.value(name);
        }
    }

    private final class Found {
        private final long from;
        private final List<Scan.Batch> batches = new ArrayList<>();
        private long next;

        private Found(long from) {
            this.from = from;
            this.next = from;
        }

        /** Returns how many bytes it read: nothing only where there is nothing any more. */
        private int read(long end, int maxBytes, ValueIndex.@Nullable Block known, @Nullable Learning learning)
                throws IOException {
            var bytes = view.copy(next, end, maxBytes);
            var aborted = committedOnly ? view.abortedTransactions(next, behind(bytes)) : List.<AbortedTransaction>of();
            for (var batch : RecordBatch.in(bytes)) {
                var looked = look(batch, aborted, known, learning);
                batches.add(looked);
                if (learning != null) {
                    learning.blocks().add(looked);
                }
                next = batch.nextOffset();
            }
            if (learning != null && next < view.highWatermark()) {
                learning.blocks().end();
            }
            return bytes.limit();
        }

        private Scan.Batch look(
                RecordBatch batch,
                List<AbortedTransaction> aborted,
                ValueIndex.@Nullable Block known,
                @Nullable Learning learning) {
            var range = new OffsetRange(Math.max(next, batch.baseOffset()), batch.lastOffset());
            var content = content(batch, aborted);
            var isData = content == Scan.Content.DATA;
            return new Scan.Batch(
                    range,
                    batch.baseOffset(),
                    batch.sizeInBytes(),
                    content,
                    batch.producerId(),
                    isData ? matching(batch, range, learning) : List.of(range),
                    isData && (known == null || known.isMarked()) ? marks(batch, range) : Marks.NONE);
        }

        private void pass(ValueIndex.Block block) {
            block.unwantedFrom(next).forEach(batches::add);
            next = block.next();
        }

        private Scan scan() {
            return new Scan(from, next, batches);
        }
    }

    private Scan.Content content(RecordBatch batch, List<AbortedTransaction> aborted) {
        if (batch.isControl()) {
            return Scan.Content.MARKER;
        }
        if (committedOnly && batch.isTransactional() && isOpen(batch)) {
            return Scan.Content.UNDECIDED;
        }
        return isAborted(batch, aborted) ? Scan.Content.NOTHING : Scan.Content.DATA;
    }

    private boolean isOpen(RecordBatch batch) {
        return view.openTransactions().stream()
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

    private List<OffsetRange> matching(RecordBatch batch, OffsetRange range, @Nullable Learning learning) {
        // Compaction leaves batches in which offsets are missing.
        var isWhole = batch.count() == batch.lastOffsetDelta() + 1;
        if (filter.coversEverything() && isWhole) {
            return List.of(range);
        }
        var matching = new ArrayList<OffsetRange>();
        long first = -1;
        long last = -1;
        for (var record = batch.cursor(); record.next(); ) {
            if (!range.contains(record.offset()) || !isCovered(record, learning)) {
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

    private Marks marks(RecordBatch batch, OffsetRange range) {
        return waited == null ? Marks.NONE : MessageMarks.of(batch, range, waited, nowMs);
    }

    private boolean isCovered(RecordCursor record, @Nullable Learning learning) {
        var message = new MessageFields(record);
        return filter.covers(record, learning == null ? message : learning.of(message));
    }

    private static long behind(ByteBuffer batches) {
        var behind = 0L;
        for (var batch : RecordBatch.in(batches)) {
            behind = batch.nextOffset();
        }
        return behind;
    }
}
