package org.isthmus.broker.coordinator.share;

/** Offsets in a row, both ends included; never empty. */
public record OffsetRange(long first, long last) {
    public OffsetRange {
        if (first < 0 || last < first) {
            throw new IllegalArgumentException("no offsets from " + first + " to " + last);
        }
    }

    public static OffsetRange of(long offset) {
        return new OffsetRange(offset, offset);
    }

    public long size() {
        return last - first + 1;
    }

    public boolean contains(long offset) {
        return first <= offset && offset <= last;
    }
}
