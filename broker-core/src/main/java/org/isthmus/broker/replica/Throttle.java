package org.isthmus.broker.replica;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/** How long to wait so that work keeps to a rate. Used by one thread at a time. */
final class Throttle {
    private static final double NANOS_PER_SECOND = 1e9;

    private final DoubleSupplier bytesPerSecond;
    private long freeAtNanos;

    /** @param bytesPerSecond asked each time, since it may change */
    Throttle(DoubleSupplier bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Counts work that was done; returns how long to rest after it. Rest that was not taken is not saved up. */
    Duration rest(int bytes, long nowNanos) {
        var busyNanos = bytes * NANOS_PER_SECOND / bytesPerSecond.getAsDouble();
        if (busyNanos < 1) {
            return Duration.ZERO;
        }
        freeAtNanos = Math.max(freeAtNanos, nowNanos) + (long) busyNanos;
        return Duration.ofNanos(freeAtNanos - nowNanos);
    }
}
