package org.isthmus.broker.network;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What the connections of a transport together keep in memory until the other sides take it. Each has a limit of its own; but readers that do
 * not read may be many, so where all of it comes to more than the budget, each has to make do with little. Counted by any thread.
 */
final class HeldMemory {
    private final long budget;
    private final AtomicLong bytes = new AtomicLong();

    HeldMemory(long budget) {
        this.budget = budget;
    }

    void add(long count) {
        bytes.addAndGet(count);
    }

    void remove(long count) {
        bytes.addAndGet(-count);
    }

    boolean isScarce() {
        return bytes.get() > budget;
    }
}
