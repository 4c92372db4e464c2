package org.isthmus.broker.replica;

import java.util.Comparator;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.jspecify.annotations.Nullable;

/** Those who wait for the high watermark, or another mark, to reach an offset, lowest first. Owned by the partition's loop. */
final class Waiters {
    private static final Comparator<Waiter> ORDER =
            Comparator.comparingLong((Waiter waiter) -> waiter.offset).thenComparingLong(waiter -> waiter.number);

    /** Null before anybody has waited, since a broker may have thousands of partitions that nobody uses. */
    private @Nullable TreeSet<Waiter> byOffset;

    private long nextNumber;

    /** Told exactly once, unless it is taken away before. */
    interface Listener {
        void reached();

        void failed(BrokerException reason);
    }

    @SuppressWarnings("NullAway") // null is what a stage without a value completes with
    static Listener completing(CompletableFuture<Void> done) {
        return completing(done, null);
    }

    static <T> Listener completing(CompletableFuture<T> done, T value) {
        return new Listener() {
            @Override
            public void reached() {
                done.complete(value);
            }

            @Override
            public void failed(BrokerException reason) {
                done.completeExceptionally(reason);
            }
        };
    }

    static final class Waiter {
        private final long offset;
        private final long number;
        private final Listener listener;

        /** When it stops waiting, or null where it waits for as long as it takes. */
        private final @Nullable Deadline deadline;

        private Waiter(long offset, long number, Listener listener, @Nullable Deadline deadline) {
            this.offset = offset;
            this.number = number;
            this.listener = listener;
            this.deadline = deadline;
        }
    }

    Waiter add(long offset, Listener listener) {
        return add(offset, listener, null);
    }

    Waiter add(long offset, Listener listener, @Nullable Deadline deadline) {
        var waiter = new Waiter(offset, nextNumber++, listener, deadline);
        if (byOffset == null) {
            byOffset = new TreeSet<>(ORDER);
        }
        byOffset.add(waiter);
        return waiter;
    }

    /** Tells the listener now where the mark has reached the offset, and else when it has. */
    void await(long offset, long mark, Listener listener) {
        if (mark >= offset) {
            listener.reached();
        } else {
            add(offset, listener);
        }
    }

    void remove(Waiter waiter) {
        if (byOffset != null) {
            byOffset.remove(waiter);
        }
    }

    void reached(long offset) {
        var waiting = byOffset;
        while (waiting != null && !waiting.isEmpty() && waiting.first().offset <= offset) {
            waiting.pollFirst().listener.reached();
        }
    }

    /** Fails those whose time is over. Returns whether any that has a deadline waits on. */
    boolean expire(long nowNanos, BrokerException reason) {
        var waiting = byOffset;
        if (waiting == null) {
            return false;
        }
        var overdue = waiting.stream()
                .filter(waiter -> waiter.deadline != null && waiter.deadline.hasPassed(nowNanos))
                .toList();
        waiting.removeAll(overdue);
        overdue.forEach(waiter -> waiter.listener.failed(reason));
        return waiting.stream().anyMatch(waiter -> waiter.deadline != null);
    }

    void failAll(BrokerException reason) {
        var waiting = byOffset;
        while (waiting != null && !waiting.isEmpty()) {
            waiting.pollFirst().listener.failed(reason);
        }
    }
}
