package org.isthmus.broker.coordinator.share;

import java.util.List;

/**
 * Records that a member holds from now on.
 *
 * @param acquired which, in order
 * @param baseOffset where the batches begin that hold them
 * @param sizeInBytes of these batches, with those between them that hold none
 * @param news tells {@link SharePartition#whenNews} what was known when this was answered
 */
public record Acquisition(List<Acquired> acquired, long baseOffset, int sizeInBytes, long news) {
    /** Records in a row, with the number of this delivery. */
    public record Acquired(OffsetRange range, int deliveries) {}

    static Acquisition nothing(long news) {
        return new Acquisition(List.of(), 0, 0, news);
    }

    public boolean isEmpty() {
        return acquired.isEmpty();
    }

    public long lastOffset() {
        return acquired.get(acquired.size() - 1).range().last();
    }
}
