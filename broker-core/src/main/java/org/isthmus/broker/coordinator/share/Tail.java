package org.isthmus.broker.coordinator.share;

import java.util.List;

/**
 * The end of a partition at some moment.
 *
 * @param end the first offset that could not be read yet
 * @param undecided what of that transactions wrote that were open, in order
 */
public record Tail(long end, List<OffsetRange> undecided) {
    public Tail {
        undecided = List.copyOf(undecided);
    }

    /** Where a group begins for which this is the past, but for what was undecided. */
    Beginning beginning(long waited) {
        if (undecided.isEmpty()) {
            return new Beginning(end, List.of(), waited);
        }
        var first = undecided.get(0).first();
        return new Beginning(first, OffsetSet.of(undecided).gaps(new OffsetRange(first, end - 1)), waited);
    }
}
