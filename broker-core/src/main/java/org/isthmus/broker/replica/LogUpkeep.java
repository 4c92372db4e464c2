package org.isthmus.broker.replica;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.log.Compaction;
import org.isthmus.broker.log.CompactionNeed;
import org.isthmus.broker.log.PartitionLog;
import org.isthmus.broker.runtime.EventLoop;
import org.jspecify.annotations.Nullable;

/** What makes a log smaller: retention, deletion and compaction. On the partition's loop; the methods may be called from any thread. */
final class LogUpkeep {
    private static final System.Logger log = System.getLogger(LogUpkeep.class.getName());

    private final Partition partition;
    private final EventLoop loop;
    private final Partition.Storage storage;
    private final Standing standing;
    private final LogAccess access;
    private @Nullable LogCleaning cleaning;

    LogUpkeep(Partition partition, EventLoop loop, Partition.Storage storage, Standing standing, LogAccess access) {
        this.partition = partition;
        this.loop = loop;
        this.storage = storage;
        this.standing = standing;
        this.access = access;
    }

    // ---- deletion

    /** Deletes what is not kept any more. Only a leader knows what is consumed, so whoever follows goes by its start. */
    void applyRetention(Consumption consumption) {
        loop.execute(() -> {
            var opened = access.present();
            if (opened == null || !standing.leads()) {
                return;
            }
            try {
                var keeping = standing.config().keeping();
                var mayGo = keeping == Keeping.UNTIL_CONSUMED ? opened.view().highWatermark() : opened.expiredBefore();
                if (mayGo <= opened.view().startOffset()) {
                    return;
                }
                if (keeping == Keeping.AS_TOLD) {
                    deleteBefore(mayGo);
                } else {
                    deleteUnneeded(mayGo, keeping, consumption);
                }
            } catch (IOException e) {
                notDeleted(e);
            }
        });
    }

    private void deleteUnneeded(long mayGo, Keeping keeping, Consumption consumption) {
        var isQueue = keeping == Keeping.UNTIL_CONSUMED;
        consumption.oldestUnfinished(partition, isQueue).whenComplete((oldest, failure) -> {
            if (failure != null) {
                log.log(
                        System.Logger.Level.DEBUG,
                        "What is consumed is deleted later: partition=" + standing.id(),
                        failure);
                return;
            }
            var needed = oldest.orElse(isQueue ? 0 : Long.MAX_VALUE);
            loop.execute(() -> deleteBefore(Math.min(mayGo, needed)));
        });
    }

    /** Deletes what lies wholly below the offset; on the partition's loop. */
    void deleteBefore(long offset) {
        var opened = access.present();
        if (opened != null && standing.leads()) {
            try {
                opened.deleteRecordsBefore(Math.min(offset, opened.view().highWatermark()));
            } catch (IOException e) {
                notDeleted(e);
            }
        }
    }

    private void notDeleted(IOException cause) {
        var refusal = access.refusal(cause);
        if (!standing.isOffline()) {
            log.log(
                    System.Logger.Level.WARNING,
                    "What is past its retention is kept for now: {0}",
                    refusal.getMessage());
        }
    }

    /** As {@link Partition#deleteRecordsBefore}. */
    CompletionStage<Long> deleteRecordsBefore(long offset) {
        var done = new CompletableFuture<Long>();
        loop.execute(() -> access.whenOpen(done, opened -> deleteRecordsBefore(opened, offset, done)));
        return done;
    }

    private void deleteRecordsBefore(PartitionLog opened, long offset, CompletableFuture<Long> done) {
        var committed = opened.view().highWatermark();
        var before = offset == -1 ? committed : offset;
        if (before < 0 || before > committed) {
            done.completeExceptionally(new BrokerException(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "partition " + standing.id() + " is committed up to " + committed + ", not " + offset));
            return;
        }
        try {
            done.complete(opened.deleteRecordsBefore(before));
        } catch (IOException e) {
            done.completeExceptionally(access.refusal(e));
        }
    }

    // ---- compaction

    /** How much the log would gain by compaction; nothing where it is not open, or cannot be compacted. */
    CompletionStage<Optional<CompactionNeed>> compactionNeed() {
        var answer = new CompletableFuture<Optional<CompactionNeed>>();
        loop.execute(() -> {
            var opened = access.present();
            if (opened == null || standing.isOffline() || access.isDiskFull()) {
                answer.complete(Optional.empty());
                return;
            }
            try {
                answer.complete(Optional.ofNullable(opened.compactionNeed()));
            } catch (IOException e) {
                log.log(System.Logger.Level.WARNING, "Nobody can say whether to compact " + standing.id(), e);
                answer.complete(Optional.empty());
            }
        });
        return answer;
    }

    /** Compacts the log. One pass at a time. Fails where the pass was given up; the log is sound either way. */
    CompletionStage<Void> compact(long mapBytes, Throttle throttle) {
        var done = new CompletableFuture<Void>();
        loop.execute(() -> {
            var opened = access.present();
            Compaction compaction;
            try {
                compaction = opened == null ? null : opened.beginCompaction(mapBytes);
            } catch (IOException | RuntimeException e) {
                done.completeExceptionally(e);
                return;
            }
            if (opened == null || compaction == null) {
                done.complete(null);
                return;
            }
            var begun = new LogCleaning(partition, opened, compaction, storage, throttle);
            cleaning = begun;
            begun.run().whenComplete((ok, failure) -> {
                cleaning = null;
                if (failure == null) {
                    done.complete(null);
                } else {
                    done.completeExceptionally(failure);
                }
            });
        });
        return done;
    }

    /** Gives up what is under way. Completes, or fails, once nothing of it is at work any more; on the partition's loop. */
    CompletionStage<Void> cancel() {
        var running = cleaning;
        return running == null ? CompletableFuture.completedStage(null) : running.cancel();
    }
}
