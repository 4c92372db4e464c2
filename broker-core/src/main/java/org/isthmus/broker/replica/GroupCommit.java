package org.isthmus.broker.replica;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Forces the partitions of one log directory, all that are dirty in one round. There is no timer: whoever becomes dirty during a round is
 * in the next one, so the time that the disk takes is the time over which commits are gathered. Rounds run one at a time.
 */
final class GroupCommit {
    private final Executor disk;
    private final Set<Partition> dirty = new LinkedHashSet<>();

    /** @param disk runs one task at a time, in order, and may block */
    GroupCommit(Executor disk) {
        this.disk = disk;
    }

    /** From any thread. */
    void add(Partition partition) {
        boolean idle;
        // Several loops hand over to one disk thread, which takes all at once: a set that owns itself would cost a hop
        // for each.
        synchronized (dirty) {
            idle = dirty.isEmpty();
            dirty.add(partition);
        }
        if (idle) {
            disk.execute(this::round);
        }
    }

    /** Runs a task between two rounds. */
    void between(Runnable task) {
        disk.execute(task);
    }

    private void round() {
        List<Partition> batch;
        synchronized (dirty) {
            batch = List.copyOf(dirty);
            dirty.clear();
        }
        batch.forEach(Partition::force);
    }
}
