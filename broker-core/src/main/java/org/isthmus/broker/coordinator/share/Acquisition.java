package org.isthmus.broker.coordinator.share;

import java.util.List;

/**
 * Records that a member holds from now on.
 *
 * @param acquired which, in order
 * @param batches that hold them, in order
 * @param sizeInBytes of the log from the first of these batches to the end of the last
 * @param picked whether only the records are to travel, and not all that lies there
 * @param isAtHand whether the records were just written, so that reading them needs no disk
 * @param news tells {@link SharePartition#whenNews} what was known when this was answered
 */
public record Acquisition(
        List<Acquired> acquired, List<Batch> batches, int sizeInBytes, boolean picked, boolean isAtHand, long news) {
    /** Records in a row, with the number of this delivery. */
    public record Acquired(OffsetRange range, int deliveries) {}

    /** A batch of the log. */
    public record Batch(long baseOffset, long lastOffset, int sizeInBytes) {}

    static Acquisition nothing(long news) {
        return new Acquisition(List.of(), List.of(), 0, false, false, news);
    }

    Acquisition atHand(boolean atHand) {
        return new Acquisition(acquired, batches, sizeInBytes, picked, atHand, news);
    }

    public boolean isEmpty() {
        return acquired.isEmpty();
    }

    public long baseOffset() {
        return batches.get(0).baseOffset();
    }

    public long lastOffset() {
        return acquired.get(acquired.size() - 1).range().last();
    }
}
