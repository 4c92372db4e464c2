package org.isthmus.broker.common;

import java.time.Duration;

/** An instant on the monotonic clock, in nanoseconds, after which nobody waits any more. */
public record Deadline(long atNanos) {
    public static Deadline after(long nowNanos, Duration wait) {
        return new Deadline(nowNanos + wait.toNanos());
    }

    public boolean hasPassed(long nowNanos) {
        return atNanos - nowNanos <= 0;
    }

    /** What is left, never negative. */
    public Duration remaining(long nowNanos) {
        return Duration.ofNanos(Math.max(0, atNanos - nowNanos));
    }
}
