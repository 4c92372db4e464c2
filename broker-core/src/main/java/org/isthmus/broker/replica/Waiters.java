package org.isthmus.broker.replica;

import java.util.Comparator;
import java.util.TreeSet;
import org.isthmus.broker.common.BrokerException;

/** Those who wait for the high watermark to reach an offset, lowest first. Owned by the partition's loop. */
final class Waiters {
    private final TreeSet<Waiter> byOffset = new TreeSet<>(
            Comparator.comparingLong((Waiter waiter) -> waiter.offset).thenComparingLong(waiter -> waiter.number));
    private long nextNumber;

    /** Told exactly once, unless it is taken away before. */
    interface Listener {
        void reached();

        void failed(BrokerException reason);
    }

    static final class Waiter {
        private final long offset;
        private final long number;
        private final Listener listener;

        private Waiter(long offset, long number, Listener listener) {
            this.offset = offset;
            this.number = number;
            this.listener = listener;
        }
    }

    Waiter add(long offset, Listener listener) {
        var waiter = new Waiter(offset, nextNumber++, listener);
        byOffset.add(waiter);
        return waiter;
    }

    void remove(Waiter waiter) {
        byOffset.remove(waiter);
    }

    void reached(long offset) {
        while (!byOffset.isEmpty() && byOffset.first().offset <= offset) {
            byOffset.pollFirst().listener.reached();
        }
    }

    void failAll(BrokerException reason) {
        while (!byOffset.isEmpty()) {
            byOffset.pollFirst().listener.failed(reason);
        }
    }
}
