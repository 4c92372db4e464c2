package org.isthmus.broker.replica;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes may be had in all; who gets none has to do without. Safe for use by many threads. */
final class MemoryBudget {
    private final AtomicLong left;

    MemoryBudget(long bytes) {
        left = new AtomicLong(bytes);
    }

    boolean take(long bytes) {
        if (left.addAndGet(-bytes) >= 0) {
            return true;
        }
        left.addAndGet(bytes);
        return false;
    }

    void free(long bytes) {
        left.addAndGet(bytes);
    }
}
