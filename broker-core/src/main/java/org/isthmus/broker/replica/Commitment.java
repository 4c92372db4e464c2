package org.isthmus.broker.replica;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.log.AppendResult;
import org.isthmus.broker.log.PartitionLog;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * How far one log is committed and how far it is safe, and who waits for either. Owned by the partition's loop.
 *
 * <p>Committed is what lies below the high watermark: with one replica what the disk has, or what was shown without waiting for it, with
 * several what {@link Replica} says. Safe is what is committed and as safe as the topic asks for. Neither mark goes back.
 */
final class Commitment {
    private static final Duration OVERDUE_LOOK = Duration.ofSeconds(1);

    private final Standing standing;
    private final EventLoop loop;
    private final Clock clock;
    private final Waiters awaitingCommit = new Waiters();
    private final Waiters awaitingSafety = new Waiters();
    private boolean looksForOverdue;
    /** Null for as long as this is the only replica. */
    private volatile @Nullable Replica replica;

    private @Nullable InSync reign;
    private volatile boolean settling;
    /**
     * What lies below is as safe as the topic asks for: with one replica because the disk has it, with several because it was committed while
     * enough of them were in sync. What was shown above is not yet.
     */
    private volatile long safeUpTo;

    Commitment(Standing standing, EventLoop loop, Clock clock) {
        this.standing = standing;
        this.loop = loop;
        this.clock = clock;
    }

    @Nullable
    Replica replica() {
        return replica;
    }

    boolean isReplicated() {
        return replica != null;
    }

    /** Who is in sync with the partition; null where another leads, or this is the only replica. */
    @Nullable
    InSync reign() {
        return reign;
    }

    // ---- what moves the marks

    /** The log was opened; all that it has is safe here. */
    void opened(PartitionLog log) {
        var replicated = replica;
        if (replicated == null) {
            safeUpTo = log.view().endOffset();
            awaitingSafety.reached(safeUpTo);
        } else {
            replicated.opened(log.view().endOffset());
            settle(log);
        }
        awaitingCommit.reached(log.view().highWatermark());
    }

    /** The log has got something. */
    void appended(PartitionLog log) {
        var replicated = replica;
        if (replicated != null) {
            replicated.appended.reached(log.view().endOffset());
        }
    }

    /**
     * The log had ended here before it got what does not wait for the disk: that need not keep readers waiting for it either, where this is the
     * only replica, unless something before it does wait.
     */
    void show(PartitionLog log, long before) {
        if (replica == null && log.view().highWatermark() == before) {
            log.advanceHighWatermark(log.view().endOffset());
            awaitingCommit.reached(log.view().highWatermark());
        }
    }

    /** Everything below is here, as safe as the topic asks for; whether it is committed is also up to the other replicas. */
    void stored(PartitionLog log, long offset) {
        var replicated = replica;
        if (replicated == null) {
            safeUpTo = Math.max(safeUpTo, offset);
            log.advanceHighWatermark(offset);
            awaitingCommit.reached(log.view().highWatermark());
            awaitingSafety.reached(safeUpTo);
        } else {
            replicated.stored(offset);
            replicated.stored.reached(replicated.storedUpTo());
            settle(log);
        }
    }

    /** Moves the marks to where the replicas are by now. */
    void settle(PartitionLog log) {
        var replicated = replica;
        if (replicated == null) {
            return;
        }
        log.advanceHighWatermark(replicated.committed());
        settling = replicated.isSettling(log.view().highWatermark());
        awaitingCommit.reached(log.view().highWatermark());
        if (reign != null && !isShortOfReplicas()) {
            safeUpTo = Math.max(safeUpTo, log.view().highWatermark());
            awaitingSafety.reached(safeUpTo);
        }
    }

    /** Up to where the log is stored here as safely as the topic asks for. */
    long storedUpTo() {
        var replicated = replica;
        return replicated == null ? safeUpTo : replicated.storedUpTo();
    }

    // ---- what the cluster says

    /** Who is in sync from now on, where this broker leads and is not the only replica. */
    void reign(@Nullable InSync now) {
        reign = now;
    }

    /**
     * What this broker is to the partition was said anew.
     *
     * @param isNew whether it is something else than before
     * @param log null where it is not open
     */
    void follow(boolean isNew, boolean isOneOfSeveral, @Nullable PartitionLog log) {
        if (!standing.leads()) {
            awaitingCommit.failAll(standing.notLeading());
            awaitingSafety.failAll(standing.notLeading());
        }
        var replicated = replica;
        if (isNew && replicated != null) {
            replicated.failAll(standing.notLeading());
        }
        if (isOneOfSeveral) {
            takePart(isNew || replicated == null, log);
        }
    }

    /** As one replica of several. */
    void takePart(boolean begins, @Nullable PartitionLog log) {
        var present = replica;
        var replicated = present == null ? new Replica() : present;
        if (present == null) {
            // What was committed while this was the only replica stays so.
            if (log != null) {
                replicated.opened(log.view().highWatermark());
            }
            replica = replicated;
        }
        var known = reign;
        if (known == null) {
            replicated.endReign();
        } else if (begins) {
            var end = log == null ? 0 : log.view().endOffset();
            replicated.beginReign(known, end, clock.nanos());
            settling = true;
        }
        if (log != null) {
            settle(log);
        }
    }

    /** Whether a new reign does not know yet what was committed before it; on any thread. */
    boolean isSettling() {
        return settling && standing.leads();
    }

    /**
     * Whether fewer are in sync than the topic asks for, or than it was given where that is less: it is not to stand still for want of brokers that
     * were never to have it.
     */
    private boolean isShortOfReplicas() {
        var known = reign;
        return known != null && known.size() < Math.min(standing.config().minInSync(), known.assigned());
    }

    private BrokerException shortOfReplicas(ErrorCode error) {
        return new BrokerException(
                error,
                "of " + standing.id() + " fewer than " + standing.config().minInSync() + " replicas are in sync");
    }

    /** Fails with {@code NOT_ENOUGH_REPLICAS} where what is appended now would not be safe. */
    void requireReplicas() {
        if (isShortOfReplicas()) {
            throw shortOfReplicas(ErrorCode.NOT_ENOUGH_REPLICAS);
        }
    }

    /** Fails with {@code NOT_ENOUGH_REPLICAS} where {@link #awaitSafe} would wait for replicas that are away. */
    void requireReplicas(long offset) {
        if (safeUpTo < offset) {
            requireReplicas();
        }
    }

    // ---- who waits

    /** Whether what can be read below the offset is as safe as the topic asks for; on any thread. */
    boolean isSafe(PartitionLog log, long offset) {
        return replica != null || Math.min(offset, log.view().highWatermark()) <= safeUpTo;
    }

    /** Tells the listener once everything below the offset is safe. */
    void awaitSafe(long offset, Waiters.Listener listener) {
        awaitingSafety.await(offset, safeUpTo, listener);
    }

    /**
     * Tells the listener once everything below the offset is committed.
     *
     * @param log null where it is not open yet
     */
    void await(@Nullable PartitionLog log, long offset, Waiters.Listener listener) {
        join(log, offset, listener);
    }

    /** Runs the task once everything below the offset is committed, or can no longer be. */
    void run(@Nullable PartitionLog log, long offset, WaitingTask task) {
        var waiter = join(log, offset, task);
        if (waiter != null) {
            task.in(awaitingCommit, waiter);
        }
    }

    /** Null where the listener was told at once. */
    private Waiters.@Nullable Waiter join(@Nullable PartitionLog log, long offset, Waiters.Listener listener) {
        if (standing.isOffline()) {
            listener.failed(standing.notLeading());
            return null;
        }
        if (log != null && log.view().highWatermark() >= offset) {
            listener.reached();
            return null;
        }
        return awaitingCommit.add(offset, listener);
    }

    /**
     * Answers an append once its records are committed in as many replicas as the topic asks for.
     *
     * @param patience how long that may take, give or take a second, before it fails with {@code REQUEST_TIMED_OUT}; null for as long as it takes
     */
    void answer(
            AppendResult result,
            long lastOffset,
            PartitionLog log,
            @Nullable Duration patience,
            CompletableFuture<AppendResult> done) {
        if (lastOffset < log.view().highWatermark()) {
            done.complete(result);
            return;
        }
        var listener = new Waiters.Listener() {
            @Override
            public void reached() {
                if (isShortOfReplicas()) {
                    done.completeExceptionally(shortOfReplicas(ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND));
                } else {
                    done.complete(result);
                }
            }

            @Override
            public void failed(BrokerException reason) {
                done.completeExceptionally(reason);
            }
        };
        if (patience == null) {
            awaitingCommit.add(lastOffset + 1, listener);
        } else {
            awaitingCommit.add(lastOffset + 1, listener, Deadline.after(clock.nanos(), patience));
            lookForOverdueIn(patience);
        }
    }

    /** One timer for all who wait, because nearly all of them are answered long before. */
    private void lookForOverdueIn(Duration patience) {
        if (looksForOverdue) {
            return;
        }
        looksForOverdue = true;
        loop.schedule(patience.compareTo(OVERDUE_LOOK) < 0 ? patience : OVERDUE_LOOK, () -> {
            looksForOverdue = false;
            var reason = new BrokerException(
                    ErrorCode.REQUEST_TIMED_OUT, "what was appended to " + standing.id() + " is not committed yet");
            if (awaitingCommit.expire(clock.nanos(), reason)) {
                lookForOverdueIn(OVERDUE_LOOK);
            }
        });
    }

    /** Nothing that anybody waits for will come about here any more. */
    void failAll(BrokerException reason) {
        awaitingCommit.failAll(reason);
        awaitingSafety.failAll(reason);
        var replicated = replica;
        if (replicated != null) {
            replicated.failAll(reason);
        }
    }
}
