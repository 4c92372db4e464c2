package org.isthmus.broker.coordinator.share;

import java.util.List;

/**
 * What was found in a stretch of a partition.
 *
 * @param from the first offset that was looked at: where the reader wanted to begin, or behind it where older records are no longer kept
 * @param next the first offset that was not looked at; {@code from} where there is nothing to read yet
 * @param batches the batches between, in order
 */
public record Scan(long from, long next, List<Batch> batches) {
    /**
     * One batch of the log.
     *
     * @param range its offsets, cut to the stretch
     * @param sizeInBytes of the whole batch
     * @param data whether consumers may see it: not so for control batches and what an aborted transaction wrote
     * @param matching offsets of its records that are wanted; the whole range where everything is
     * @param marks what its records say of their handing out
     */
    public record Batch(
            OffsetRange range,
            long baseOffset,
            int sizeInBytes,
            boolean data,
            List<OffsetRange> matching,
            Marks marks) {
        /** What is wanted and not over yet. */
        List<OffsetRange> wanted() {
            return marks.expired().isEmpty() ? matching : without(marks.expired());
        }

        private List<OffsetRange> without(List<OffsetRange> unwanted) {
            var wanted = OffsetSet.of(matching);
            unwanted.forEach(wanted::remove);
            return wanted.ranges();
        }
    }

    public Scan {
        batches = List.copyOf(batches);
    }

    /** Whether the order of handing out may be another than that of the offsets. */
    boolean hasUrgent() {
        for (var batch : batches) {
            if (!batch.marks().urgent().isEmpty()) {
                return true;
            }
        }
        return false;
    }
}
