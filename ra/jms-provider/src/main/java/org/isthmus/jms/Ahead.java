package org.isthmus.jms;

import java.time.Duration;

/**
 * How many records a consumer may have come ahead: about as many as it takes in a short while, so that one that is quick seldom waits and one that
 * is slow keeps little from others. Guarded by the lock of whoever hands out.
 */
public final class Ahead {
    /** What comes ahead is meant to last so long. */
    private static final long WORK_NANOS = Duration.ofMillis(20).toNanos();

    /** As many as the broker hands out at once of records of a usual size. */
    private static final int MOST = 1024;

    private int size = 1;
    private int taken;
    private long sinceNanos;
    private long waitedNanos;

    public Ahead(long nowNanos) {
        sinceNanos = nowNanos;
    }

    public int size() {
        return size;
    }

    /** The application was handed so many. */
    public void took(int records) {
        taken += records;
    }

    /** The application had to wait so long, for which it is not to blame. */
    void waited(long nanos) {
        waitedNanos += nanos;
    }

    /** How many there may be from now on, at least so many; asked whenever more are to come. */
    public int next(int least, long nowNanos) {
        var passed = Math.max(1, nowNanos - sinceNanos - waitedNanos);
        var fits = taken * WORK_NANOS / passed;
        if (fits < size && passed < WORK_NANOS) {
            size = Math.max(least, size); // too early to call it slow: it may have been handed nothing yet
            return size;
        }
        size = (int) Math.max(least, Math.min(Math.min(2L * size, MOST), fits));
        taken = 0;
        sinceNanos = nowNanos;
        waitedNanos = 0;
        return size;
    }
}
