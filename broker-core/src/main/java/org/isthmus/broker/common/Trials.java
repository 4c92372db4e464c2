package org.isthmus.broker.common;

/**
 * When to try again what pays only sometimes: always where it did the last time, and more and more seldom where it did not. Owned by whoever
 * tries.
 */
public final class Trials {
    private final int mostWithout;
    private int failed;
    private int without;

    /** @param mostWithout how many occasions pass at most between two trials */
    public Trials(int mostWithout) {
        this.mostWithout = mostWithout;
    }

    /** Whether to try on this occasion; what comes of it is told to {@link #tried}. */
    public boolean isNext() {
        if (without > 0) {
            without--;
            return false;
        }
        return true;
    }

    /**
     * It was tried.
     *
     * @param paid whether it was worth it
     */
    public void tried(boolean paid) {
        failed = paid ? 0 : Math.min(mostWithout, 2 * failed + 1);
        without = failed;
    }
}
