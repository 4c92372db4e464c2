package org.isthmus.broker.replica;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.isthmus.broker.common.DiskOrder;
import org.isthmus.broker.log.CommitJournal;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.log.PartitionLog;
import org.isthmus.broker.runtime.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Has the disk take what a log has got, together with what others of its directory have ({@link GroupCommit}), and moves the marks on by it.
 * Owned by the partition's loop, except for the force itself.
 */
final class LogForcing implements DirtyLog {
    private static final Duration MOMENT = Duration.ofMillis(5);

    private final String name;
    private final EventLoop loop;
    private final Partition.Storage storage;
    private final Standing standing;
    private final LogAccess access;
    private final Commitment commitment;
    /** Whether the log has got what nobody asked to be forced yet. */
    private boolean unhurried;

    private boolean hurriesSoon;
    /** Whether anybody hurried since it was to be done soon. */
    private boolean hurriedMeanwhile;
    /** Raised by each truncation: what a force began before says nothing of what came after. */
    private final AtomicInteger cuts = new AtomicInteger();

    /** What stands behind others, as long as that is open. */
    private volatile @Nullable PartitionLog behind;

    private volatile @Nullable Kept kept;
    private volatile boolean hasBeenInJournal;

    private record Kept(PartitionLog log, long offset) {}

    /** @param directory of the log */
    LogForcing(
            Path directory,
            EventLoop loop,
            Partition.Storage storage,
            Standing standing,
            LogAccess access,
            Commitment commitment) {
        this.name = storage.home().nameOf(directory);
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
                storage.io().execute(this::forceAside);
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
            hurriedMeanwhile = true;
            forceNext();
        }
    }

    /** As {@link #hurry}, in a moment, within which somebody else may want it. */
    void hurrySoon() {
        if (unhurried && !hurriesSoon) {
            hurriesSoon = true;
            hurriedMeanwhile = false;
            loop.schedule(MOMENT, this::hurryWhatIsLeft);
        }
    }

    /** What came behind what somebody wanted meanwhile gets a moment of its own: as long as that goes on, nothing is forced for its sake. */
    private void hurryWhatIsLeft() {
        hurriesSoon = false;
        if (hurriedMeanwhile) {
            hurrySoon();
        } else {
            hurry();
        }
    }

    /** Has the log forced with the next round, whatever it has got. */
    void forceNext() {
        storage.commit().add(this);
    }

    private void forceAside() {
        try {
            force(log -> false).ifPresent(Reached::tellThem);
        } catch (IOException told) {
            // Nobody waits for it.
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<Reached> force(Predicate<PartitionLog> isInJournal) throws IOException {
        var opened = access.unclosed();
        if (opened == null) {
            return Optional.empty();
        }
        var cutsBefore = cuts.get();
        try {
            return Optional.of(reached(opened, opened.force(), cutsBefore));
        } catch (IOException e) {
            if (isInJournal.test(opened)) {
                storage.home().fail(e);
            }
            // Never tried again: after a failed force nobody knows what the disk has.
            loop.execute(() -> access.forceFailed(opened, e, keptUpTo(opened)));
            throw e;
        } catch (RuntimeException e) {
            // Whatever it is, the waiters are told: others of this round, and of this log, must not wait for ever.
            loop.execute(() -> access.fail(e));
            throw new IOException(e);
        }
    }

    @Override
    public Optional<Reached> take(CommitJournal journal, @Nullable LogView upTo) {
        var opened = access.unclosed();
        if (opened == null || order() == null) {
            return Optional.empty();
        }
        var cutsBefore = cuts.get();
        try {
            hasBeenInJournal = true;
            var offset = journal.take(name, opened, upTo);
            return offset < 0 ? Optional.empty() : Optional.of(reached(opened, offset, cutsBefore));
        } catch (IOException | RuntimeException toBeSeenAgain) {
            return Optional.empty();
        }
    }

    private Reached reached(PartitionLog opened, long offset, int cutsBefore) {
        return new Reached(
                this,
                opened,
                offset,
                reached -> loop.perform(() -> {
                    if (cuts.get() == cutsBefore) {
                        stored(opened, reached);
                    }
                }));
    }

    @Override
    public void kept(PartitionLog opened, long offset) {
        kept = new Kept(opened, offset);
    }

    /** Up to where the disk has an only replica for sure, also where that was not told yet. */
    private long keptUpTo(PartitionLog opened) {
        var known = kept;
        return known != null && known.log() == opened && !commitment.isReplicated() ? known.offset() : 0;
    }

    @Override
    public void lost(IOException cause) {
        loop.execute(() -> {
            var opened = access.present();
            if (opened != null && storage.space().causes(cause)) {
                access.forceFailed(opened, cause, keptUpTo(opened));
            } else if (opened != null) {
                access.fail(new IllegalStateException("it stands behind what the disk does not have", cause));
            }
        });
    }

    private void stored(PartitionLog opened, long offset) {
        if (access.present() == opened) {
            commitment.stored(opened, offset);
        }
    }

    // ---- beside others

    /** In which order with others the disk has what is hurried; null where that is also up to other replicas, or nobody waits for the disk. */
    @Nullable
    DiskOrder order() {
        return commitment.isReplicated() || standing.config().flush() == FlushPolicy.OS
                ? null
                : storage.home().order();
    }

    /** Whether what the log gets now stands behind others. */
    boolean standsBehind() {
        var standing = behind;
        return standing != null && standing == access.present();
    }

    /** Has the log stand behind others, where it may; nothing is appended meanwhile. Blocks. */
    void standBehind() {
        storage.commit().alone(forces -> {
            var opened = access.present();
            if (opened != null && order() != null) {
                hasBeenInJournal = true;
                if (forces.standBehind(this, opened)) {
                    behind = opened;
                }
            }
        });
    }

    /** From now on it is not only the disk that decides about the log. Blocks. */
    void leaveOrder() {
        if (hasBeenInJournal) {
            storage.commit().alone(forces -> {
                behind = null;
                forces.leave(name);
            });
        }
    }
}
