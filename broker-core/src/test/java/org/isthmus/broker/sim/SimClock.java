package org.isthmus.broker.sim;

import java.time.Duration;
import org.isthmus.broker.runtime.Clock;

/** A clock that stands still until it is told to go on. */
public final class SimClock implements Clock {
    private static final long BEGIN_MS = 1_700_000_000_000L;

    private long nanos;

    @Override
    public long wallMs() {
        return BEGIN_MS + nanos / 1_000_000;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    public void advance(Duration time) {
        nanos += time.toNanos();
    }

    void advanceTo(long target) {
        nanos = Math.max(nanos, target);
    }
}
