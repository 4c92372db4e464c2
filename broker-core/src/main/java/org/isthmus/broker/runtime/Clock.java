package org.isthmus.broker.runtime;

/** Where time comes from. Nothing outside this package asks the machine for it. */
public interface Clock {
    /** Milliseconds since 1970, for time stamps. May jump. */
    long wallMs();

    /** Nanoseconds on a clock that never goes back, for waiting. */
    long nanos();

    /** The machine's own clock. */
    static Clock system() {
        return SystemClock.INSTANCE;
    }
}
