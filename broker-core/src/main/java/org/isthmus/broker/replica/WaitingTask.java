package org.isthmus.broker.replica;

import org.isthmus.broker.common.BrokerException;
import org.jspecify.annotations.Nullable;

/** Something to be run when an offset is reached or can no longer be, unless it is cancelled before. Owned by the partition's loop. */
final class WaitingTask implements Waiters.Listener {
    private final Runnable task;
    private @Nullable Waiters among;
    private Waiters.@Nullable Waiter waiter;
    private boolean cancelled;

    WaitingTask(Runnable task) {
        this.task = task;
    }

    void in(Waiters waiters, Waiters.Waiter here) {
        among = waiters;
        waiter = here;
    }

    void cancel() {
        cancelled = true;
        if (among != null && waiter != null) {
            among.remove(waiter);
        }
    }

    @Override
    public void reached() {
        if (!cancelled) {
            task.run();
        }
    }

    @Override
    public void failed(BrokerException reason) {
        reached();
    }
}
