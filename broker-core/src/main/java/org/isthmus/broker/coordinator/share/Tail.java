package org.isthmus.broker.coordinator.share;

import java.util.Map;

/**
 * The end of a partition at some moment.
 *
 * @param end the first offset that could not be read yet
 * @param open of each producer with an open transaction there, the first offset of that
 */
public record Tail(long end, Map<Long, Long> open) {
    public Tail {
        open = Map.copyOf(open);
    }

    /** The first record that was not decided, or else the end. */
    long firstOpen() {
        return open.values().stream().mapToLong(first -> first).min().orElse(end);
    }

    /** Whether a transaction wrote the batch that was open. */
    boolean isOpen(Scan.Batch batch) {
        var first = open.get(batch.producerId());
        return first != null && batch.baseOffset() >= first && batch.baseOffset() < end;
    }
}
