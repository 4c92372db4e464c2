package org.isthmus.broker.replica;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.isthmus.broker.runtime.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Forces the logs of one directory, all that are dirty in one round. Whoever becomes dirty during a round is in the next one, so
 * the time that the disk takes is the time over which commits are gathered. Rounds run one at a time.
 *
 * <p>Those who were answered by a round tend to come back at once, while the others have come during it. So a round waits for as many as
 * there were in both, and no longer than the last one took: one sender that waits for each answer is never held up, and of many in step
 * all go with one round and not with two by turns. Where they do not come, fewer and fewer rounds wait.
 */
final class GroupCommit {
    private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final int MOST_ROUNDS_WITHOUT = 64;

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

    private int expected;
    private long lastNanos;
    private int unmet;
    private int roundsWithout;
    private @Nullable Thread gathering;

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
            if (gathering != null && waiting >= expected) {
                pause.end(gathering);
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
            lastNanos = nanos;
            expected = taken + waiting;
        }
        return tell;
    }

    private void gather() {
        long longest;
        synchronized (dirty) {
            if (expected < 2 || waiting >= expected) {
                return;
            }
            if (roundsWithout > 0) {
                roundsWithout--;
                return;
            }
            gathering = Thread.currentThread();
            longest = Math.min(lastNanos, LONGEST_WAIT_NANOS);
        }
        pause.take(longest);
        synchronized (dirty) {
            gathering = null;
            unmet = waiting >= expected ? 0 : Math.min(MOST_ROUNDS_WITHOUT, 2 * unmet + 1);
            roundsWithout = unmet;
        }
    }
}
