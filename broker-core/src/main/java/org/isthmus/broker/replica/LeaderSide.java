package org.isthmus.broker.replica;

import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.log.PartitionLog;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * What a partition does as the leader of several replicas: hears from followers how far they are, says what there is for them, and has the store
 * count in who has caught up and leave out who lags. On the partition's loop; what {@link ReplicaReads} asks may be asked from any thread.
 */
final class LeaderSide {
    private final PartitionLogs logs;
    private final EventLoop loop;
    private final Clock clock;
    private final Standing standing;
    private final Commitment commitment;
    private final Replication replication;

    LeaderSide(
            PartitionLogs logs,
            EventLoop loop,
            Clock clock,
            Standing standing,
            Commitment commitment,
            Replication replication) {
        this.logs = logs;
        this.loop = loop;
        this.clock = clock;
        this.standing = standing;
        this.commitment = commitment;
        this.replication = replication;
    }

    // ---- what followers ask

    /** Takes in what a follower says by asking, and answers what is there for it now. */
    CompletionStage<ReplicaFetch.Found> asked(ReplicaFetch.Ask ask, BrokerId follower, long followerEpoch) {
        var done = new CompletableFuture<ReplicaFetch.Found>();
        loop.execute(() -> {
            if (!has(ask.log())) {
                done.complete(new ReplicaFetch.Refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, -1));
                return;
            }
            var log = logs.of(ask.log());
            log.access.whenOpen(done, opened -> {
                try {
                    var problem = hear(log, opened, ask, follower, followerEpoch);
                    addIfCaughtUp(follower, followerEpoch);
                    done.complete(problem == null ? slice(opened.view(), follower) : problem);
                } catch (RuntimeException e) {
                    done.completeExceptionally(e);
                }
            });
        });
        return done;
    }

    private boolean has(LogKind kind) {
        return (logs.kinds() & kind.bit()) != 0;
    }

    /** Null where the follower's log is a part of this one. */
    private ReplicaFetch.@Nullable Found hear(
            Partition log, PartitionLog opened, ReplicaFetch.Ask ask, BrokerId follower, long followerEpoch) {
        var epoch = log.standing.leadership();
        var replica = log.commitment.replica();
        if (replica == null) {
            throw log.standing.notLeading();
        }
        if (!ask.epoch().equals(epoch)) {
            return new ReplicaFetch.Refused(
                    ask.epoch().compareTo(epoch) < 0 ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH,
                    -1);
        }
        if (replication.epochOf(follower) != followerEpoch) {
            return new ReplicaFetch.Refused(ErrorCode.STALE_BROKER_EPOCH, -1);
        }
        var view = opened.view();
        if (ask.offset() < view.startOffset()) {
            return new ReplicaFetch.Refused(ErrorCode.OFFSET_OUT_OF_RANGE, view.startOffset());
        }
        var difference = Replica.difference(view, ask.offset(), ask.lastEpoch());
        if (difference != null) {
            return new ReplicaFetch.Differs(difference);
        }
        var isLatest =
                replica.followers().fetched(follower, followerEpoch, ask.offset(), view.endOffset(), clock.nanos());
        if (!isLatest) {
            return new ReplicaFetch.Refused(ErrorCode.STALE_BROKER_EPOCH, -1);
        }
        log.commitment.settle(opened);
        return null;
    }

    private ReplicaFetch.Slice slice(LogView view, BrokerId follower) {
        var reign = commitment.reign();
        var isCounted = reign != null && reign.counted().contains(follower);
        return new ReplicaFetch.Slice(view, null, view.highWatermark(), view.startOffset(), logs.kinds(), isCounted);
    }

    /** Runs a task once, on the partition's loop, when its log has more than this, or nobody can say that any more. */
    Cancellable onAppended(LogKind kind, long offset, Runnable task) {
        var waiting = new WaitingTask(task);
        loop.execute(() -> {
            var log = logs.of(kind);
            var replica = log.commitment.replica();
            var opened = log.access.present();
            if (replica == null
                    || opened == null
                    || !standing.leads()
                    || opened.view().endOffset() > offset) {
                waiting.reached();
            } else {
                waiting.in(replica.appended, replica.appended.add(offset + 1, waiting));
            }
        });
        return () -> loop.execute(waiting::cancel);
    }

    // ---- who is in sync

    /** Who is in sync by what the store says now. */
    InSync reign(boolean isNew, PartitionImage image) {
        var present = commitment.reign();
        var reign = isNew || present == null ? new InSync(replication.self(), image) : present;
        reign.follow(image);
        return reign;
    }

    private void addIfCaughtUp(BrokerId follower, long followerEpoch) {
        var reign = commitment.reign();
        if (reign == null || !reign.mayAdd(follower)) {
            return;
        }
        for (var kind : LogKind.values()) {
            if (has(kind) && !isCaughtUp(logs.of(kind), follower, followerEpoch)) {
                return;
            }
        }
        change(reign, reign.add(follower), Map.of(follower, followerEpoch));
    }

    private static boolean isCaughtUp(Partition log, BrokerId follower, long followerEpoch) {
        var opened = log.access.present();
        var replica = log.commitment.replica();
        return opened != null
                && replica != null
                && replica.isCaughtUp(follower, followerEpoch, opened.view().highWatermark());
    }

    /** Waits no longer for replicas that have been behind for too long. */
    void dropLagging() {
        loop.execute(() -> {
            var reign = commitment.reign();
            if (reign == null) {
                return;
            }
            var lagging = new ArrayList<BrokerId>();
            for (var kind : LogKind.values()) {
                var log = logs.present(kind);
                var opened = log == null ? null : log.access.present();
                var replica = log == null ? null : log.commitment.replica();
                if (opened != null && replica != null) {
                    lagging.addAll(replica.lagging(
                            reign,
                            opened.view().endOffset(),
                            clock.nanos(),
                            replication.maxLag().toNanos()));
                }
            }
            reign.remove(lagging).ifPresent(change -> change(reign, change, Map.of()));
        });
    }

    private void change(InSync reign, InSync.Change wanted, Map<BrokerId, Long> comes) {
        replication
                .change(standing.id(), wanted, comes)
                .whenComplete((outcome, failure) -> loop.execute(() -> {
                    reign.settled(outcome);
                    if (commitment.reign() == reign) {
                        settleAll();
                    }
                }));
    }

    private void settleAll() {
        for (var kind : LogKind.values()) {
            var log = logs.present(kind);
            var opened = log == null ? null : log.access.present();
            if (log != null && opened != null) {
                log.commitment.settle(opened);
            }
        }
    }
}
