package org.isthmus.broker.runtime;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.isthmus.broker.common.Trials;
import org.jspecify.annotations.Nullable;

/**
 * Whether a thread that serves others has the time to do something that blocks for a moment, which saves waking another thread for it: as long as
 * nobody came meanwhile the last time, and it did not take long. Belongs to the thread.
 */
public final class SpareTime {
    /** Who comes so soon after it had been there before it ended. */
    private static final long AT_ONCE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);
    /** What keeps those who come waiting for longer is not for this thread. */
    private static final long MOST_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private static final int MOST_TURNS_WITHOUT = 1024;

    private final Executor behind;
    private final Clock clock;
    private final Trials trials = new Trials(MOST_TURNS_WITHOUT);
    private @Nullable Errand kept;
    private boolean isSpent;
    private long lastedNanos;
    private long endedNanos;

    /** @param behind runs a task on the thread, behind what it has to do for those who are there already */
    public SpareTime(Executor behind, Clock clock) {
        this.behind = behind;
        this.clock = clock;
    }

    /** The next one is served. How what was done last turned out is known by when that is. */
    void serves() {
        if (isSpent) {
            isSpent = false;
            trials.tried(lastedNanos < MOST_NANOS && clock.nanos() - endedNanos > AT_ONCE_NANOS);
        }
        var waiting = kept;
        if (waiting != null) {
            kept = null;
            trials.tried(false);
            waiting.handOver();
        }
    }

    /** Takes what blocks, to do it or to leave it to others. */
    void take(Errand errand) {
        if (kept != null || !trials.isNext()) {
            errand.handOver();
            return;
        }
        kept = errand;
        try {
            behind.execute(this::spend);
        } catch (RejectedExecutionException ended) {
            kept = null;
            errand.handOver();
        }
    }

    private void spend() {
        var errand = kept;
        if (errand == null) {
            return;
        }
        kept = null;
        var began = clock.nanos();
        if (errand.loop().perform(errand.task(), () -> false)) {
            lastedNanos = clock.nanos() - began;
            // What it led to is to be sent first.
            behind.execute(() -> {
                isSpent = true;
                endedNanos = clock.nanos();
            });
        }
    }
}
