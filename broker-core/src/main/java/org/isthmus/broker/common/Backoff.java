package org.isthmus.broker.common;

import java.time.Duration;

/** How long to wait between attempts that fail: twice as long each time, up to a limit. Owned by whoever tries. */
public final class Backoff {
    private final Duration first;
    private final Duration longest;
    private Duration pause;

    public Backoff(Duration first, Duration longest) {
        this.first = first;
        this.longest = longest;
        this.pause = first;
    }

    /** How long to wait now. */
    public Duration pause() {
        return pause;
    }

    /** The same, and next time it is longer. */
    public Duration next() {
        var now = pause;
        var doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(longest) < 0 ? doubled : longest;
        return now;
    }

    /** An attempt succeeded. */
    public void reset() {
        pause = first;
    }
}
