package org.isthmus.broker.replica;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.DiskOrder;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.log.ActiveProducer;
import org.isthmus.broker.log.AppendOrigin;
import org.isthmus.broker.log.AppendResult;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.log.PartitionLog;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.FileStore;
import org.jspecify.annotations.Nullable;

/**
 * One replica of a partition, or a log that lies beside it. Owned by the partition's loop; the public methods may be called from any thread and hop
 * to it. Here is what is asked of a partition, and what its parts do together; each part has its own state, owned by the same loop:
 *
 * <ul>
 *   <li>{@link Standing}: whether this broker leads, follows, or has no use of the log, and how the log is to be kept;
 *   <li>{@link Commitment}: the high watermark, what is safe, and who waits for either;
 *   <li>{@link LogAccess}: opens the log with its first use, so that a partition that nobody uses costs no file, and takes it offline;
 *   <li>{@link LogForcing}: has the disk take what the log has got;
 *   <li>{@link LogUpkeep}: retention, deletion, compaction;
 *   <li>{@link PartitionLogs}: which logs lie beside this one;
 *   <li>{@link LeaderSide} and {@link FollowerSide}: replication.
 * </ul>
 *
 * <p>Invariant: what was answered as {@link Durability#COMMITTED} lies below the high watermark, and a watermark never goes back.
 */
public final class Partition {
    private final TopicPartition id;
    private final Path directory;
    private final EventLoop loop;
    private final Storage storage;
    private final @Nullable Replication replication;

    // Of each of its logs, what replication is about.
    final Standing standing;
    final Commitment commitment;
    final LogAccess access;
    final LogForcing forcing;

    private final PartitionLogs logs;
    private final LogUpkeep upkeep;
    private final FollowerSide followerSide;
    /** Null where no other broker may have this partition. */
    private final @Nullable LeaderSide leaderSide;

    /** What all partitions of a log directory share. */
    record Storage(FileStore files, Clock clock, Executor io, LogDirectory home) {
        GroupCommit commit() {
            return home.commit();
        }

        DiskSpace space() {
            return home.space();
        }
    }

    Partition(TopicPartition id, Path directory, EventLoop loop, Storage storage, PartitionConfig config, Role role) {
        this(id, directory, loop, storage, config, role, null);
    }

    Partition(
            TopicPartition id,
            Path directory,
            EventLoop loop,
            Storage storage,
            PartitionConfig config,
            Role role,
            @Nullable Replication replication) {
        this.replication = replication;
        this.id = id;
        this.directory = directory;
        this.loop = loop;
        this.storage = storage;
        this.logs = new PartitionLogs(this, directory, loop, storage);
        this.standing = new Standing(id, role, config);
        this.commitment = new Commitment(standing, loop, storage.clock());
        this.access = new LogAccess(directory, loop, storage, standing, commitment, logs);
        this.forcing = new LogForcing(directory, loop, storage, standing, access, commitment);
        this.upkeep = new LogUpkeep(this, loop, storage, standing, access);
        this.followerSide = new FollowerSide(logs, loop, standing);
        this.leaderSide = replication == null
                ? null
                : new LeaderSide(logs, loop, storage.clock(), standing, commitment, replication);
    }

    /** Its place on the disk is taken until then. Before it is used. */
    void openAfter(CompletionStage<Void> removal) {
        access.openAfter(removal);
    }

    public TopicPartition id() {
        return id;
    }

    public Role role() {
        return standing.role();
    }

    public EventLoop loop() {
        return loop;
    }

    public LogDirectory home() {
        return storage.home();
    }

    /** Where its log lies. */
    public Path directory() {
        return directory;
    }

    LogUpkeep upkeep() {
        return upkeep;
    }

    FollowerSide followerSide() {
        return followerSide;
    }

    /** Empty where no other broker may have this partition. */
    Optional<LeaderSide> leaderSide() {
        return Optional.ofNullable(leaderSide);
    }

    /** What it has on the disk, whether it was used or not. */
    List<Path> directories() {
        return logs.directories();
    }

    /** What its segments take on the disk, whether it is open or not. Looks at the disk. */
    public long storedBytes() throws IOException {
        var bytes = 0L;
        for (var path : storage.files().list(directory)) {
            if (path.toString().endsWith(".log")) {
                bytes += storage.files().size(path);
            }
        }
        return bytes;
    }

    /**
     * The log beside this one, for state that belongs to the partition: same owner, same leader, same commit, and gone with it. Made with its
     * first use. Called on the partition's loop.
     */
    public Partition sidecar() {
        return logs.of(LogKind.SHARE);
    }

    /** As {@link #sidecar}, for records that wait for their time. */
    public Partition delayLog() {
        return logs.of(LogKind.DELAY);
    }

    /** Makes a log that lies beside this one. */
    Partition makeBeside(Path place) {
        var made =
                new Partition(id, place, loop, storage, standing.config().forSidecar(), standing.role(), replication);
        made.openAfter(access.free());
        if (commitment.isReplicated()) {
            made.commitment.reign(commitment.reign());
            made.commitment.takePart(true, null);
        }
        return made;
    }

    /** Null where it was not used yet; on the partition's loop. */
    @Nullable
    Partition present(LogKind kind) {
        return logs.present(kind);
    }

    /** The largest batch that the log takes. */
    public int maxBatchBytes() {
        return standing.config().log().maxBatchBytes();
    }

    /** Whether anything was ever kept beside this log; looks at the disk. */
    public boolean hasSidecar() {
        return logs.exists(LogKind.SHARE);
    }

    /** Whether records ever waited beside this log; looks at the disk. */
    public boolean hasDelayLog() {
        return logs.exists(LogKind.DELAY);
    }

    /**
     * Behind all records that wait beside this log now: what will wait comes behind it, also where a machine loses its power meanwhile. Completes on
     * the partition's loop.
     */
    public CompletionStage<Long> waitedUpTo() {
        var answer = new CompletableFuture<Long>();
        loop.perform(() -> logs.waitedUpTo(answer));
        return answer;
    }

    /** The epoch under which this broker leads; fails with the protocol's error where it does not. */
    public Epoch leadership() {
        return standing.leadership();
    }

    /**
     * As {@link #leadership()}, and fails where the newest image says otherwise already: listeners are told that this broker leads no more before
     * the partition's loop is, and who begins anything in between would be told no more.
     */
    public Epoch leadership(ClusterImage newest) {
        return standing.leadership(newest);
    }

    /**
     * Appends whole batches, stamping them in place; the buffer must stay as it is until the stage completes. Appends from one thread are
     * written in the order of the calls. Refusals are answers; the stage fails where this broker does not lead or the disk fails.
     */
    public CompletionStage<AppendResult> append(ByteBuffer batches, Durability durability) {
        return append(batches, durability, null, () -> {}, order -> {});
    }

    /**
     * As {@link #append(ByteBuffer, Durability)}, for one who waits that long and no longer for what is written to be committed, give or take
     * a second. The stage then fails with {@code REQUEST_TIMED_OUT}, and the records may be committed later all the same.
     *
     * @param hurried told, on the partition's loop, in which order the disk gets what is new in the log by this and waits to be committed; not
     *     called where there is none
     */
    public CompletionStage<AppendResult> append(
            ByteBuffer batches, Durability durability, @Nullable Duration patience, Consumer<DiskOrder> hurried) {
        return append(batches, durability, patience, () -> {}, hurried);
    }

    /**
     * As {@link #append(ByteBuffer, Durability)}, for one who has to know what a failure means.
     *
     * @param written called, on the partition's loop, when the records are in the log: they may be committed later whatever fails then
     */
    public CompletionStage<AppendResult> append(ByteBuffer batches, Durability durability, Runnable written) {
        return append(batches, durability, null, written, order -> {});
    }

    private CompletionStage<AppendResult> append(
            ByteBuffer batches,
            Durability durability,
            @Nullable Duration patience,
            Runnable written,
            Consumer<DiskOrder> hurried) {
        var done = new CompletableFuture<AppendResult>();
        loop.perform(() ->
                access.whenOpen(done, opened -> append(opened, batches, durability, patience, written, hurried, done)));
        return done;
    }

    private void append(
            PartitionLog opened,
            ByteBuffer batches,
            Durability durability,
            @Nullable Duration patience,
            Runnable written,
            Consumer<DiskOrder> hurried,
            CompletableFuture<AppendResult> done) {
        var before = opened.view().endOffset();
        AppendResult result;
        try {
            result = write(opened, batches, durability, AppendOrigin.CLIENT);
        } catch (RuntimeException e) {
            done.completeExceptionally(e);
            return;
        }
        if (result instanceof AppendResult.Appended appended) {
            written.run();
            forcing.grown(opened);
            if (durability == Durability.WRITTEN) {
                forcing.hurrySoon();
                commitment.show(opened, before);
                done.complete(result);
            } else {
                // Before: should that fail, another order has begun.
                var order = diskOrder();
                forcing.hurry();
                order.ifPresent(hurried);
                commitment.answer(result, appended.lastOffset(), opened, patience, done);
            }
        } else if (result instanceof AppendResult.Duplicate duplicate && durability == Durability.COMMITTED) {
            commitment.answer(result, duplicate.lastOffset(), opened, patience, done);
        } else {
            done.complete(result);
        }
    }

    private AppendResult write(PartitionLog opened, ByteBuffer batches, Durability durability, AppendOrigin origin) {
        var epoch = standing.leadership();
        if (access.isDiskFull()) {
            throw access.diskFull();
        }
        if (durability == Durability.COMMITTED) {
            commitment.requireReplicas();
        }
        try {
            return opened.append(batches, epoch, origin);
        } catch (IOException e) {
            throw access.refusal(e);
        }
    }

    /**
     * Appends a marker that ends a transaction; completes once it is committed, and as safe as the topic asks for. That is not hurried, because
     * others often bring it about soon. Fails as {@link #append(ByteBuffer, Durability)} does.
     *
     * @param raised whether it stands under an epoch that only what comes behind it has, so that it is known where it comes once more
     * @param seen completes as soon as readers go by it, with the same
     */
    public CompletionStage<AppendResult> appendMarker(
            ByteBuffer marker, boolean raised, CompletableFuture<AppendResult> seen) {
        var kept = new CompletableFuture<AppendResult>();
        loop.perform(() -> access.whenOpen(kept, opened -> appendMarker(opened, marker, raised, seen, kept)));
        return kept.whenComplete((result, failure) -> {
            if (failure == null) {
                seen.complete(result);
            } else {
                seen.completeExceptionally(failure);
            }
        });
    }

    private void appendMarker(
            PartitionLog opened,
            ByteBuffer marker,
            boolean raised,
            CompletableFuture<AppendResult> seen,
            CompletableFuture<AppendResult> kept) {
        var before = opened.view().endOffset();
        AppendResult result;
        try {
            var origin = raised ? AppendOrigin.NEXT_EPOCH : AppendOrigin.BROKER;
            result = write(opened, marker, Durability.COMMITTED, origin);
        } catch (RuntimeException e) {
            kept.completeExceptionally(e);
            return;
        }
        if (result instanceof AppendResult.Rejected) {
            kept.complete(result);
            return;
        }
        var end = opened.view().endOffset();
        if (end > before) {
            forcing.grown(opened);
            commitment.show(opened, before);
        }
        commitment.await(opened, end, Waiters.completing(seen, result));
        commitment.awaitSafe(end, Waiters.completing(kept, result));
        if (seen.isDone()) {
            forcing.hurrySoon();
        } else {
            forcing.hurry();
        }
    }

    /** The order in which the disk gets what is hurried here; empty where it is also up to others what is committed. From any thread. */
    public Optional<DiskOrder> diskOrder() {
        return Optional.ofNullable(forcing.order());
    }

    /**
     * Has the log stand behind others of its {@link #diskOrder}, where that is possible: a crash takes from it what was not there yet when
     * something that was hurried earlier was lost. Completes, on any thread, once that is so; nothing is to be appended before.
     */
    public CompletionStage<Void> standBehind() {
        return opened().thenAcceptAsync(view -> forcing.standBehind(), storage.io());
    }

    /** Whether the log {@linkplain #standBehind stands behind} others in this order; on the partition's loop. */
    public boolean standsBehind(DiskOrder order) {
        return forcing.standsBehind() && forcing.order() == order;
    }

    /** Has forced what the log has got and nobody asked to be forced yet; on the partition's loop. */
    public void hurry() {
        forcing.hurry();
    }

    /** As {@link #hurry}, in a moment, within which somebody else may want it. */
    public void hurrySoon() {
        forcing.hurrySoon();
    }

    /** The producers that the log remembers. */
    public CompletionStage<List<ActiveProducer>> producers() {
        var done = new CompletableFuture<List<ActiveProducer>>();
        loop.execute(() -> access.whenOpen(done, opened -> done.complete(opened.activeProducers())));
        return done;
    }

    /**
     * As {@link #append}, but on the partition's loop and at once; for those who live on it, and say by {@link #hurry} when the disk should have
     * it. What is refused or cannot be done now fails with {@link BrokerException}; so does everything while too few replicas are in sync.
     *
     * @throws IOException where the disk failed and it is not known what the log holds
     */
    public long appendHere(ByteBuffer batch) throws IOException {
        var epoch = standing.leadership();
        var opened = access.present();
        if (opened == null) {
            throw standing.notLeading();
        }
        if (access.isDiskFull()) {
            throw access.diskFull();
        }
        commitment.requireReplicas();
        AppendResult result;
        try {
            result = opened.append(batch, epoch);
        } catch (IOException e) {
            var refusal = access.refusal(e);
            if (standing.isOffline()) {
                throw e;
            }
            throw refusal;
        }
        if (result instanceof AppendResult.Appended appended) {
            forcing.grown(opened);
            return appended.lastOffset();
        }
        result.requireWritten();
        throw new IllegalStateException("an append without a producer id cannot be a duplicate: " + id);
    }

    /** Gives every batch from the log's start to its end, committed or not, in order, on the partition's loop. */
    public CompletionStage<Void> readAll(Consumer<RecordBatch> reader) {
        return opened().thenCompose(
                        view -> new ReadThrough(loop, storage.io(), standing, access, view.endOffset(), reader)
                                .from(view.startOffset()));
    }

    /** Whether what can be read below the offset is as safe as the topic asks for. From any thread. */
    public boolean isSafe(long offset) {
        var opened = access.present();
        return opened == null || commitment.isSafe(opened, offset);
    }

    /**
     * Completes, on the partition's loop, once what can be read now below the offset is as safe as the topic asks for; fails where that will not
     * come about here.
     *
     * @param hurried whether the disk is to have it as soon as may be, or in a moment, within which somebody else may want that
     */
    public CompletionStage<Void> safe(long offset, boolean hurried) {
        var done = new CompletableFuture<Void>();
        loop.perform(() -> {
            var opened = access.present();
            if (opened == null || commitment.isSafe(opened, offset)) {
                done.complete(null);
                return;
            }
            commitment.awaitSafe(Math.min(offset, opened.view().highWatermark()), Waiters.completing(done));
            if (hurried) {
                forcing.hurry();
            } else {
                forcing.hurrySoon();
            }
        });
        return done;
    }

    /** The published view, where the log is open: a volatile read. */
    public Optional<LogView> view() {
        var opened = access.present();
        return opened == null ? Optional.empty() : Optional.of(opened.view());
    }

    /** The published view, once the log is open; completes on any thread. */
    public CompletionStage<LogView> opened() {
        var present = view();
        if (present.isPresent()) {
            return CompletableFuture.completedFuture(present.get());
        }
        var done = new CompletableFuture<LogView>();
        loop.execute(() -> access.whenOpen(done, opened -> done.complete(opened.view())));
        return done;
    }

    /** Completes on the partition's loop once everything below the offset is committed; fails where that will not come about here. */
    public CompletionStage<Void> committedUpTo(long offset) {
        var done = new CompletableFuture<Void>();
        loop.perform(() -> commitment.await(access.present(), offset, Waiters.completing(done)));
        return done;
    }

    /**
     * Completes on the partition's loop once everything below the offset is committed in as many replicas as the topic asks for, however long
     * those are away; fails where that will not come about here. On the partition's loop.
     */
    public CompletionStage<Void> keptUpTo(long offset) {
        var done = new CompletableFuture<Void>();
        if (!standing.leads()) {
            done.completeExceptionally(standing.notLeading());
        } else {
            commitment.awaitSafe(offset, Waiters.completing(done));
        }
        return done;
    }

    /** Fails with {@code NOT_ENOUGH_REPLICAS} where {@link #keptUpTo} would wait for replicas that are away. On the partition's loop. */
    public void requireReplicas(long offset) {
        commitment.requireReplicas(offset);
    }

    /** Runs a task once, on the partition's loop, when everything below the offset is committed or can no longer be. */
    public Cancellable onCommitted(long offset, Runnable task) {
        var waiting = new WaitingTask(task);
        loop.perform(() -> commitment.run(access.present(), offset, waiting));
        return () -> loop.perform(waiting::cancel);
    }

    /** Goes on after it had no room, as whatever the cluster says that it is now. */
    void goOn(Role newRole) {
        loop.execute(() -> {
            access.goOn(newRole);
            logs.beside().forEach(log -> log.goOn(newRole));
        });
    }

    /** Its directory is of no use any more. */
    void takeOffline(String reason) {
        loop.execute(() -> access.takeOffline(reason));
    }

    /** Takes over what the cluster says of this partition now. */
    void follow(Role newRole, PartitionConfig newConfig, PartitionImage image) {
        loop.execute(() -> {
            var isNew = !newRole.equals(standing.role());
            var side = leaderSide;
            var isOneOfSeveral = side != null
                    && (commitment.isReplicated() || image.replicas().size() > 1);
            if (side != null && isOneOfSeveral) {
                commitment.reign(newRole instanceof Role.Leader ? side.reign(isNew, image) : null);
            }
            followHere(newRole, newConfig, isNew, isOneOfSeveral);
            logs.beside().forEach(log -> {
                log.commitment.reign(commitment.reign());
                log.followHere(newRole, newConfig.forSidecar(), isNew, isOneOfSeveral);
            });
        });
    }

    private void followHere(Role newRole, PartitionConfig newConfig, boolean isNew, boolean isOneOfSeveral) {
        // For a moment in which the loop stands still: it happens once.
        if (forcing.order() != null && (isOneOfSeveral || newConfig.flush() == FlushPolicy.OS)) {
            forcing.leaveOrder();
        }
        standing.configure(newConfig);
        var opened = access.present();
        if (opened != null) {
            opened.configure(newConfig.log());
        }
        if (standing.isOffline()) {
            return;
        }
        standing.become(newRole);
        commitment.follow(isNew, isOneOfSeveral, opened);
    }

    /** Whether a new reign does not know yet what was committed before it; on any thread. */
    public boolean isSettling() {
        return commitment.isSettling();
    }

    /**
     * Fails with {@code OFFSET_NOT_AVAILABLE} as long as a reign {@linkplain #isSettling is settling}, for who must not name an end below what was
     * read; on any thread.
     */
    public void requireSettled() {
        if (isSettling()) {
            throw new BrokerException(ErrorCode.OFFSET_NOT_AVAILABLE, "the leader of " + id + " has only just begun");
        }
    }

    /** Deletes what lies wholly below the offset; on the partition's loop. */
    public void deleteBefore(long offset) {
        upkeep.deleteBefore(offset);
    }

    /** Whether it keeps the last record of each key; from any thread. */
    public boolean isCompacted() {
        return standing.config().log().compacting() != null;
    }

    /**
     * Deletes the records below an offset, or with −1 all that are committed; completes with the new start of the log. Fails with {@code
     * OFFSET_OUT_OF_RANGE} above what is committed.
     */
    public CompletionStage<Long> deleteRecordsBefore(long offset) {
        return upkeep.deleteRecordsBefore(offset);
    }

    /** Closes the log for good. The stage completes once the disk has everything. */
    CompletionStage<Void> close(String reason) {
        var done = new CompletableFuture<Void>();
        loop.execute(() -> {
            CompletionStage<Void> besideClosed = CompletableFuture.allOf(logs.beside().stream()
                    .map(log -> log.close(reason).toCompletableFuture())
                    .toArray(CompletableFuture<?>[]::new));
            var opened = access.giveUp(reason);
            upkeep.cancel().whenComplete((ended, givenUp) -> storage.commit().between(() -> {
                if (opened != null) {
                    access.close(opened);
                }
                besideClosed.thenRun(() -> done.complete(null));
            }));
        });
        return done;
    }
}
