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
    /** To look for records in a block of which an index knows what it has costs so much less than to look at all of them. */
    private static final int KNOWN_COSTS_LESS = 8;

    /** Of the batches from this offset on, at most so many bytes, but one batch if there is one. */
    Scan from(long asked, int maxBytes) throws IOException {
        var found = new Found(Math.max(asked, view.startOffset()));
        if (found.next < view.highWatermark()) {
            found.read(view.highWatermark(), maxBytes, this::covers);
        }
        return found.scan();
    }

    /** The same, but with the help of an index, which learns from it; what is passed over does not count. */
    Scan from(long asked, int maxBytes, ValueIndex index, Required required) throws IOException {
        var found = new Found(Math.max(asked, view.startOffset()));
        var wanted = required.hashes();
        var left = maxBytes;
        while (left > 0 && found.next < view.highWatermark()) {
            var block = index.holding(found.next).orElse(null);
            int read;
            if (block == null) {
                var end = Math.min(index.nextBehind(found.next).orElse(Long.MAX_VALUE), view.highWatermark());
                read = found.read(end, left, new Learning(required.property(), index.from(found.next)));
            } else if (block.isOver(nowMs)) {
                read = found.read(block.next(), block.sizeInBytes(), this::covers);
            } else if (block.mayHave(wanted)) {
                var isWhole = found.next == block.from();
                read = found.read(block.next(), block.sizeInBytes(), isWhole ? new Known(block, wanted) : this::covers);
            } else {
                found.pass(block);
                continue;
            }
            if (read == 0) {
                break;
            }
            left -= block == null ? read : read / KNOWN_COSTS_LESS;
        }
        return found.scan();
    }

    /** Who says which records of the batches that consumers may see are covered. */
    private interface Judge {
        /** Asked of each record, in order. */
        boolean covers(RecordCursor record);

        /** Whether it can judge what was read, of so many bytes. */
        default boolean fits(int sizeInBytes) {
            return true;
        }

        /** Whether records may say something of their handing out. */
        default boolean expectsMarks() {
            return true;
        }

        /** Told of each batch behind its records. */
        default void looked(Scan.Batch batch) {}

        /** Told behind the last one. */
        default void end(boolean more) {}
    }

    private boolean covers(RecordCursor record) {
        return filter.covers(record, new MessageFields(record));
    }

    /** Tells an index of the property that it is about. */
    private final class Learning implements Judge {
        private final String property;
        private final ValueIndex.Builder blocks;

        private Learning(String property, ValueIndex.Builder blocks) {
            this.property = property;
            this.blocks = blocks;
        }

        @Override
        public boolean covers(RecordCursor record) {
            var message = new MessageFields(record);
            var value = message.value(property);
            blocks.add(value);
            return filter.covers(record, name -> name.equals(property) ? value : message.value(name));
        }

        @Override
        public void looked(Scan.Batch batch) {
            blocks.add(batch);
        }

        @Override
        public void end(boolean more) {
            if (more) {
                blocks.end();
            }
        }
    }

    /** Looks only at what may have one of the values, as an index knows. */
    private final class Known implements Judge {
        private final ValueIndex.Block block;
        private final int[] wanted;
        private int next;

        private Known(ValueIndex.Block block, int[] wanted) {
            this.block = block;
            this.wanted = wanted;
        }

        @Override
        public boolean fits(int sizeInBytes) {
            return sizeInBytes == block.sizeInBytes(); // and has not been compacted since
        }

        @Override
        public boolean covers(RecordCursor record) {
            return block.mayHave(next++, wanted) && RecordScan.this.covers(record);
        }

        @Override
        public boolean expectsMarks() {
            return block.isMarked();
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
        private int read(long end, int maxBytes, Judge wanted) throws IOException {
            var bytes = view.copy(next, end, maxBytes);
            Judge judge = wanted.fits(bytes.remaining()) ? wanted : RecordScan.this::covers;
            var aborted = committedOnly ? view.abortedTransactions(next, behind(bytes)) : List.<AbortedTransaction>of();
            for (var batch : RecordBatch.in(bytes)) {
                var looked = look(batch, aborted, judge);
                batches.add(looked);
                judge.looked(looked);
                next = batch.nextOffset();
            }
            judge.end(next < view.highWatermark());
            return bytes.remaining();
        }

        private Scan.Batch look(RecordBatch batch, List<AbortedTransaction> aborted, Judge judge) {
            var range = new OffsetRange(Math.max(next, batch.baseOffset()), batch.lastOffset());
            var content = content(batch, aborted);
            var isData = content == Scan.Content.DATA;
            return new Scan.Batch(
                    range,
                    batch.baseOffset(),
                    batch.sizeInBytes(),
                    content,
                    batch.producerId(),
                    isData ? matching(batch, range, judge) : List.of(range),
                    isData && judge.expectsMarks() ? marks(batch, range) : Marks.NONE);
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

    private List<OffsetRange> matching(RecordBatch batch, OffsetRange range, Judge judge) {
        // Compaction leaves batches in which offsets are missing.
        var isWhole = batch.count() == batch.lastOffsetDelta() + 1;
        if (filter.coversEverything() && isWhole) {
            return List.of(range);
        }
        var matching = new ArrayList<OffsetRange>();
        long first = -1;
        long last = -1;
        for (var record = batch.cursor(); record.next(); ) {
            if (!range.contains(record.offset()) || !judge.covers(record)) {
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

    private static long behind(ByteBuffer batches) {
        var behind = 0L;
        for (var batch : RecordBatch.in(batches)) {
            behind = batch.nextOffset();
        }
        return behind;
    }
}
