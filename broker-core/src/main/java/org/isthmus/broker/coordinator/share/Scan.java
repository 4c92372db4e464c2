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
    /** What consumers may see of a batch. */
    public enum Content {
        /** Its records. */
        DATA,
        /** Nothing ever: an aborted transaction wrote it. */
        NOTHING,
        /** Nothing yet: a transaction wrote it that has not ended. */
        UNDECIDED,
        /** Nothing, but it ends its producer's transaction: what was undecided of it is decided now. */
        MARKER
    }

    /**
     * One batch of the log.
     *
     * @param range its offsets, cut to the stretch
     * @param sizeInBytes of the whole batch
     * @param producerId whose transaction it belongs to or ends; −1 where that is none
     * @param matching offsets of its records that are wanted; the whole range where everything is
     * @param marks what its records say of their handing out
     */
    public record Batch(
            OffsetRange range,
            long baseOffset,
            int sizeInBytes,
            Content content,
            long producerId,
            List<OffsetRange> matching,
            Marks marks) {
        /** Whether consumers may see it. */
        public boolean data() {
            return content == Content.DATA;
        }

        /** One of its kind over these offsets, of so many bytes, of which nothing is wanted. */
        public Batch unwanted(OffsetRange offsets, int bytes) {
            return new Batch(offsets, baseOffset, bytes, content, producerId, List.of(), Marks.NONE);
        }

        /** What is wanted and not over yet. */
        List<OffsetRange> wanted() {
            return marks.expired().isEmpty() ? matching : without(marks.expired());
        }

        private List<OffsetRange> without(List<OffsetRange> unwanted) {
            var wanted = OffsetSet.of(matching);
            unwanted.forEach(wanted::remove);
            return wanted.ranges();
        }

        private Batch withoutWaitedBefore(long place) {
            var early = marks.waited().stream()
                    .filter(each -> each.place() < place)
                    .map(each -> OffsetRange.of(each.offset()))
                    .toList();
            return early.isEmpty()
                    ? this
                    : new Batch(range, baseOffset, sizeInBytes, content, producerId, without(early), marks);
        }
    }

    public Scan {
        batches = List.copyOf(batches);
    }

    /** As it is for a group that began when this was the place behind all that waited: what waited before was sent before. */
    Scan withoutWaitedBefore(long place) {
        return batches.stream().allMatch(batch -> batch.marks().waited().isEmpty())
                ? this
                : new Scan(
                        from,
                        next,
                        batches.stream()
                                .map(batch -> batch.withoutWaitedBefore(place))
                                .toList());
    }
}
