package org.isthmus.broker.replica;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.isthmus.broker.log.PartitionLog;
import org.isthmus.broker.runtime.EventLoop;

/**
 * Has the disk take what a log has got, together with what others of its directory have ({@link GroupCommit}), and moves the marks on by it.
 * Owned by the partition's loop, except for the force itself.
 */
final class LogForcing {
    private static final Duration MOMENT = Duration.ofMillis(5);

    private final EventLoop loop;
    private final Partition.Storage storage;
    private final Standing standing;
    private final LogAccess access;
    private final Commitment commitment;
    /** Always the same, so that a round forces the log once. */
    private final Runnable forcing = this::force;
    /** Whether the log has got what nobody asked to be forced yet. */
    private boolean unhurried;

    private boolean hurriesSoon;
    /** Raised by each truncation: what a force began before says nothing of what came after. */
    private final AtomicInteger cuts = new AtomicInteger();

    LogForcing(EventLoop loop, Partition.Storage storage, Standing standing, LogAccess access, Commitment commitment) {
        this.loop = loop;
        this.storage = storage;
        this.standing = standing;
        this.access = access;
        this.commitment = commitment;
    }

    /** The log has got something, of which somebody says by {@link #hurry} when the disk should have it. */
    void grown(PartitionLog opened) {
        commitment.appended(opened);
        if (standing.config().flush() == FlushPolicy.OS) {
            stored(opened, opened.view().endOffset());
            // A file that is not forced can never be let go of, and recovery would read it again. Nobody waits for it,
            // so it must not hold up those who wait for the directory's commit.
            if (opened.hasRolledSinceAsked()) {
                storage.io().execute(this::force);
            }
        } else {
            unhurried = true;
        }
    }

    /** The log is about to be cut. */
    void cut() {
        cuts.incrementAndGet();
    }

    /** Has forced what the log has got and nobody asked to be forced yet. */
    void hurry() {
        if (unhurried && access.present() != null) {
            unhurried = false;
            forceNext();
        }
    }

    /** As {@link #hurry}, in a moment, within which somebody else may want it. */
    void hurrySoon() {
        if (unhurried && !hurriesSoon) {
            hurriesSoon = true;
            loop.schedule(MOMENT, () -> {
                hurriesSoon = false;
                hurry();
            });
        }
    }

    /** Has the log forced with the next round, whatever it has got. */
    void forceNext() {
        storage.commit().add(forcing);
    }

    /** On the disk thread, or another that may block. */
    private void force() {
        var opened = access.present();
        if (opened == null) {
            return;
        }
        var cutsBefore = cuts.get();
        try {
            var forced = opened.force();
            loop.perform(() -> {
                if (cuts.get() == cutsBefore) {
                    stored(opened, forced);
                }
            });
        } catch (IOException e) {
            // Never tried again: after a failed force nobody knows what the disk has.
            loop.execute(() -> access.forceFailed(opened, e));
        } catch (RuntimeException e) {
            // Whatever it is, the waiters are told: others of this round, and of this log, must not wait for ever.
            loop.execute(() -> access.fail(e));
        }
    }

    private void stored(PartitionLog opened, long offset) {
        if (access.present() == opened) {
            commitment.stored(opened, offset);
        }
    }
}
