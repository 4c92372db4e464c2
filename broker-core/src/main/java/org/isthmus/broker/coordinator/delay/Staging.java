package org.isthmus.broker.coordinator.delay;

import java.util.Arrays;

/** What one open transaction has staged, 20 bytes for each record, in the order of the log. Owned by the partition's loop. */
final class Staging {
    /** Takes a record of the staging. */
    interface Taker {
        void take(long atMs, Place place);
    }

    private long[] times = new long[16];
    private long[] offsets = new long[16];
    private int[] sizes = new int[16];
    private int count;

    void add(long atMs, Place place) {
        if (count > 0 && offsets[count - 1] >= place.offset()) {
            return; // It was read from the log and heard of as it was written.
        }
        if (count == times.length) {
            times = Arrays.copyOf(times, 2 * count);
            offsets = Arrays.copyOf(offsets, 2 * count);
            sizes = Arrays.copyOf(sizes, 2 * count);
        }
        times[count] = atMs;
        offsets[count] = place.offset();
        sizes[count++] = place.sizeInBytes();
    }

    int count() {
        return count;
    }

    void each(Taker taker) {
        for (var i = 0; i < count; i++) {
            taker.take(times[i], new Place(offsets[i], sizes[i]));
        }
    }

    /** Of the oldest one; there is one. */
    long firstOffset() {
        return offsets[0];
    }
}
