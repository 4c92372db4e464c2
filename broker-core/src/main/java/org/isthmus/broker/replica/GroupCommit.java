package org.isthmus.broker.replica;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.isthmus.broker.common.Gathering;
import org.isthmus.broker.runtime.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Forces the logs of one directory, all that are dirty in one round. Whoever becomes dirty during a round is in the next one, so
 * the time that the disk takes is the time over which commits are gathered, and a little more ({@link Gathering}). Rounds run one at a time.
 */
final class GroupCommit {
    /** How a round waits. */
    interface Pause {
        /** Returns after these nanoseconds, or when it is ended before; now and then for no reason. */
        void take(long nanos);

        /** From any thread; may come before the pause. */
        void end(Thread paused);
    }

    private static final Pause PARKING = new Pause() {
        @Override
        public void take(long nanos) {
            LockSupport.parkNanos(this, nanos);
        }

        @Override
        public void end(Thread paused) {
            LockSupport.unpark(paused);
        }
    };

    private final Executor disk;
    private final JournaledCommit forces;
    private final Clock clock;
    private final Pause pause;
    /** Held by whoever takes what is dirty, until it is forced. */
    private final ReentrantLock forcing = new ReentrantLock();

    private final Set<DirtyLog> dirty = new LinkedHashSet<>();
    /** Appends since the last round took what there was. Guarded, as all that follows, by the set. */
    private int waiting;

    private final Gathering gathering = new Gathering();
    private @Nullable Thread paused;

    /**
     * @param disk runs one task at a time, in order, and may block
     * @param forces how a round's logs come to the disk
     */
    GroupCommit(Executor disk, JournaledCommit forces, Clock clock) {
        this(disk, forces, clock, PARKING);
    }

    GroupCommit(Executor disk, JournaledCommit forces, Clock clock, Pause pause) {
        this.disk = disk;
        this.forces = forces;
        this.clock = clock;
        this.pause = pause;
    }

    /**
     * From any thread, after each append that somebody waits for.
     *
     * @param log what was appended to; always the same for the same log
     */
    void add(DirtyLog log) {
        boolean idle;
        // Several loops hand over to one disk thread, which takes all at once: a set that owns itself would cost a hop
        // for each.
        synchronized (dirty) {
            idle = dirty.isEmpty();
            dirty.add(log);
            waiting++;
            if (paused != null && gathering.areAll(waiting)) {
                pause.end(paused);
            }
        }
        if (idle) {
            disk.execute(this::round);
        }
    }

    /** Runs a task between two rounds. */
    void between(Runnable task) {
        disk.execute(task);
    }

    /** Forces what is dirty, in the caller, and goes on alone with how logs come to the disk. From any thread; blocks. */
    void alone(Consumer<JournaledCommit> task) {
        Runnable tell = () -> {};
        forcing.lock();
        try {
            tell = forceDirty();
            task.accept(forces);
        } finally {
            forcing.unlock();
            tell.run();
        }
    }

    private void round() {
        gather();
        alone(forces -> {});
    }

    /** Returns what tells those who wait, who may come back at once. */
    private Runnable forceDirty() {
        forces.mark();
        List<DirtyLog> batch;
        int taken;
        synchronized (dirty) {
            batch = List.copyOf(dirty);
            dirty.clear();
            taken = waiting;
            waiting = 0;
        }
        var began = clock.nanos();
        var tell = forces.force(batch);
        var nanos = clock.nanos() - began;
        forces.stillDirty(batch).forEach(this::add);
        synchronized (dirty) {
            gathering.ended(taken, waiting, nanos);
        }
        return tell;
    }

    private void gather() {
        long longest;
        synchronized (dirty) {
            longest = gathering.nanosFor(waiting);
            if (longest == 0) {
                return;
            }
            paused = Thread.currentThread();
        }
        pause.take(longest);
        synchronized (dirty) {
            paused = null;
            gathering.waited(waiting);
        }
    }
}
