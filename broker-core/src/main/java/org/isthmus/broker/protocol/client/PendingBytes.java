package org.isthmus.broker.protocol.client;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds the bytes that callers have on their way. A lock, because callers of many threads must be able to wait here, where no loop owns
 * them. One record more than fits is let in when nothing else is on its way, so that a record of any size can pass.
 */
final class PendingBytes {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition freed = lock.newCondition();
    private final long limit;
    private long taken;

    PendingBytes(long limit) {
        this.limit = limit;
    }

    /** Waits for room. Answers false where none came in time or the thread was interrupted, which it then still is. */
    boolean take(int bytes, Duration maxWait) {
        lock.lock();
        try {
            long left = maxWait.toNanos();
            while (taken > 0 && taken + bytes > limit) {
                if (left <= 0) {
                    return false;
                }
                left = freed.awaitNanos(Math.min(left, TimeUnit.DAYS.toNanos(1)));
            }
            taken += bytes;
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    void free(int bytes) {
        lock.lock();
        try {
            taken -= bytes;
            freed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
