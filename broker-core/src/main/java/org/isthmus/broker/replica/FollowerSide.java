package org.isthmus.broker.replica;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.log.PartitionLog;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.runtime.EventLoop;

/**
 * What a partition does as a follower: its logs take over what {@link ReplicaFetcher} brings from the leader. On the partition's loop; the
 * methods may be called from any thread.
 *
 * <p>Each step fails where this broker does not follow in the reign that the caller believes in, and else completes with where the log ends, once
 * all of it is safe here: so the leader may take the next question for an acknowledgement.
 */
final class FollowerSide {
    private final PartitionLogs logs;
    private final EventLoop loop;
    private final Standing standing;

    /** Where a follower's log ends, and which reign wrote its last batch (negative: none). */
    record Position(long offset, int lastEpoch) {}

    /** What is done to one of the logs, which is open and one of several replicas. */
    private interface Step {
        void take(Partition log, PartitionLog opened, Replica replica) throws IOException;
    }

    FollowerSide(PartitionLogs logs, EventLoop loop, Standing standing) {
        this.logs = logs;
        this.loop = loop;
        this.standing = standing;
    }

    /** Looks where the log ends. */
    CompletionStage<Position> position(LogKind kind, Role.Follower as) {
        return following(kind, as, (log, opened, replica) -> {});
    }

    /** Takes in what the leader answered. */
    CompletionStage<Position> replicate(LogKind kind, Role.Follower as, ReplicaFetch.Answer answer) {
        return following(kind, as, (log, opened, replica) -> {
            var records = answer.records();
            if (records != null && records.hasRemaining()) {
                if (log.access.isDiskFull()) {
                    // What the leader does not keep any more may be what takes the room.
                    startAt(opened, answer.startOffset());
                    throw log.access.diskFull();
                }
                refuseLaterReigns(records, as);
                opened.appendReplicated(records).requireWritten();
                log.forcing.grown(opened);
                log.forcing.hurry();
            }
            replica.heard(answer.highWatermark());
            log.commitment.settle(opened);
            startAt(opened, answer.startOffset());
        });
    }

    private static void startAt(PartitionLog opened, long offset) throws IOException {
        if (offset > opened.view().startOffset()) {
            opened.deleteRecordsBefore(offset);
        }
    }

    /**
     * An answer is read from the leader's file as it is sent. Where the leader has stepped down meanwhile and its file was cut and written anew,
     * it holds what another leader wrote, of which nobody knows whether it follows on what is here.
     */
    private void refuseLaterReigns(ByteBuffer records, Role.Follower as) {
        for (var batch : RecordBatch.in(records)) {
            if (batch.leaderEpoch() > as.epoch().value()) {
                throw new BrokerException(
                        ErrorCode.UNKNOWN_LEADER_EPOCH,
                        "records of epoch " + batch.leaderEpoch() + " for " + standing.id() + ", which follows epoch "
                                + as.epoch());
            }
        }
    }

    /** Cuts off what the leader does not have, or begins anew at the leader's start where nothing here follows it. */
    CompletionStage<Position> align(LogKind kind, Role.Follower as, ReplicaFetch.Answer answer) {
        return following(kind, as, (log, opened, replica) -> {
            var differs = answer.differs();
            if (differs != null) {
                log.forcing.cut();
                opened.truncateTo(Replica.cutAt(opened.view(), differs));
            } else if (answer.startOffset() > opened.view().endOffset()) {
                log.forcing.cut();
                opened.restartAt(answer.startOffset());
                replica.opened(answer.startOffset());
            }
            replica.cut(opened.view().endOffset());
            // Whatever is left may be waited for by a force that does not count any more.
            log.forcing.grown(opened);
            log.forcing.hurry();
        });
    }

    private CompletionStage<Position> following(LogKind kind, Role.Follower as, Step step) {
        var done = new CompletableFuture<Position>();
        loop.execute(() -> {
            if (!as.equals(standing.role())) {
                done.completeExceptionally(standing.notLeading());
                return;
            }
            var log = logs.of(kind);
            log.access.whenOpen(done, opened -> {
                var replica = log.commitment.replica();
                if (replica == null || !as.equals(log.standing.role())) {
                    done.completeExceptionally(standing.notLeading());
                    return;
                }
                try {
                    step.take(log, opened, replica);
                    whenStored(log, opened, replica, done);
                } catch (IOException e) {
                    done.completeExceptionally(log.access.refusal(e));
                } catch (RuntimeException e) {
                    done.completeExceptionally(e);
                }
            });
        });
        return done;
    }

    private static void whenStored(
            Partition log, PartitionLog opened, Replica replica, CompletableFuture<Position> done) {
        var view = opened.view();
        var position = new Position(view.endOffset(), view.latestEpoch());
        if (replica.storedUpTo() >= view.endOffset()) {
            done.complete(position);
            return;
        }
        log.forcing.forceNext();
        replica.stored.add(view.endOffset(), Waiters.completing(done, position));
    }
}
