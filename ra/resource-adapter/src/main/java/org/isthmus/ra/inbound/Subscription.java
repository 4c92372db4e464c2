package org.isthmus.ra.inbound;

import java.time.Duration;
import org.isthmus.jms.IntakeOptions;
import org.isthmus.jms.IsthmusDestination;
import org.jspecify.annotations.Nullable;

/**
 * What a message-driven bean receives, and how; already validated.
 *
 * @param ordering what is delivered one after another
 * @param batch how messages are gathered for a bean that takes a list; null for one at a time
 * @param maxSession beans at work at once, at most
 * @param options which messages, and what becomes of those that fail
 * @param setupAttempts tries to connect before giving up; -1 for no end
 * @param setupInterval wait between two tries
 */
public record Subscription(
        IsthmusDestination destination,
        Ordering ordering,
        @Nullable Batch batch,
        int maxSession,
        IntakeOptions options,
        int setupAttempts,
        Duration setupInterval) {
    private static final int LEAST_AHEAD = 32;
    // Messages that wait behind one of their key must not keep the other beans idle.
    private static final int LEAST_AHEAD_FOR_LANES = 128;

    /** What is delivered one after another, in the order of the log, while the rest goes to any bean that is free. */
    public enum Ordering {
        NONE,
        /** Messages with the same key, the {@code JMSXGroupID}. */
        KEY,
        PARTITION
    }

    /**
     * Messages that a bean takes at once.
     *
     * @param timeout how long the first waits for the list to be full
     */
    public record Batch(int maxSize, Duration timeout) {}

    int messagesAtOnce() {
        return batch == null ? 1 : batch.maxSize();
    }

    /** Messages that may wait here even for slow beans; others cannot have them. */
    int leastAhead() {
        int least = ordering == Ordering.NONE ? LEAST_AHEAD : LEAST_AHEAD_FOR_LANES;
        return Math.max(least, 2 * maxSession * messagesAtOnce());
    }

    @Override
    public String toString() {
        var named = options.subscription();
        return named == null ? destination.toString() : destination + " (subscription " + named.name() + ")";
    }
}
