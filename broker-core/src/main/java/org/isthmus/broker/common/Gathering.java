package org.isthmus.broker.common;

import java.util.concurrent.TimeUnit;

/**
 * How long a round of what several bring, and wait for, is held back for more of them. Those who were answered by one round tend to come back at
 * once, while the others have come during it. So a round waits for as many as there were in both, and no longer than the last one took: one sender
 * that waits for each answer is never held up, and of many in step all go with one round and not with two by turns. Where they do not come, fewer and
 * fewer rounds wait. Owned by whoever begins the rounds.
 */
public final class Gathering {
    private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final int MOST_ROUNDS_WITHOUT = 64;

    private final Trials trials = new Trials(MOST_ROUNDS_WITHOUT);
    private int expected;
    private long lastNanos;

    /**
     * A round is over.
     *
     * @param took how many were in it
     * @param cameMeanwhile how many wait for the next
     * @param nanos how long it took
     */
    public void ended(int took, int cameMeanwhile, long nanos) {
        expected = took + cameMeanwhile;
        lastNanos = nanos;
    }

    /**
     * Before the next round, once; what comes of it is told to {@link #waited}, unless the answer is 0.
     *
     * @param here how many wait for it already
     * @return for how many nanoseconds it is held back at most
     */
    public long nanosFor(int here) {
        return expected < 2 || areAll(here) || !trials.isNext() ? 0 : Math.min(lastNanos, LONGEST_NANOS);
    }

    /** Whether nobody else is expected. */
    public boolean areAll(int here) {
        return here >= expected;
    }

    /** The round that was held back begins. */
    public void waited(int here) {
        trials.tried(areAll(here));
    }
}
