package org.isthmus.broker.network;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes that were handed to a connection and have not left it. Above the limit the connection is full and stays so until half of the limit
 * is left, so that it does not flicker. While memory is scarce the limit is a small one. Counted by any thread; {@link #changed} is asked by the
 * connection's owner alone.
 */
final class PendingBytes {
    private static final int LIMIT_IN_SCARCITY = 64 << 10;

    private final int limit;
    private final int scarceLimit;
    private final HeldMemory held;
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean full;

    PendingBytes(int limit, HeldMemory held) {
        this.limit = limit;
        this.scarceLimit = Math.min(limit, LIMIT_IN_SCARCITY);
        this.held = held;
    }

    /** Returns whether the owner should look. */
    boolean add(long count) {
        return bytes.addAndGet(count) > limit();
    }

    /** Returns whether the owner should look. */
    boolean remove(long count) {
        long left = bytes.addAndGet(-count);
        return passes(limit / 2, left, count) || passes(scarceLimit / 2, left, count);
    }

    private static boolean passes(int mark, long left, long count) {
        return left <= mark && left + count > mark;
    }

    private int limit() {
        return held.isScarce() ? scarceLimit : limit;
    }

    /** Looks again; returns whether fullness is another now. */
    boolean changed() {
        boolean now = bytes.get() > (full ? limit() / 2 : limit());
        boolean changed = now != full;
        full = now;
        return changed;
    }

    long count() {
        return bytes.get();
    }

    boolean full() {
        return full;
    }

    /** Whether nothing may be added now: full, or about to be found so. */
    boolean isClosedToMore() {
        return full || bytes.get() > limit();
    }
}
