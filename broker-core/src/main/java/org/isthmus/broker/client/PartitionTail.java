package org.isthmus.broker.client;

import java.util.List;

/**
 * What a partition had at some moment: all that was sent to it by then, and before its end what was not sent yet, because a transaction had written it
 * that was open.
 *
 * @param end behind the newest record that anybody may see
 * @param undecided what open transactions had written before that, in order
 * @param waited of what waited for its time beside the partition, the place behind the last: see {@link org.isthmus.broker.common.WaitMark}
 */
public record PartitionTail(long end, List<Range> undecided, long waited) {
    /** Both ends included. */
    public record Range(long first, long last) {}

    public PartitionTail {
        undecided = List.copyOf(undecided);
    }

    /** Where one begins to read who wants what was sent afterwards. */
    public long begin() {
        return undecided.isEmpty() ? end : undecided.get(0).first();
    }

    /** Whether the record there had been sent. */
    public boolean had(long offset) {
        return offset < end && undecided.stream().noneMatch(range -> range.first() <= offset && offset <= range.last());
    }
}
