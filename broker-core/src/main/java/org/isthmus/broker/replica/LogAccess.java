package org.isthmus.broker.replica;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.log.PartitionLog;
import org.isthmus.broker.runtime.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * The way to a log on its disk: opens it when it is first used, and closes it again where the disk fails, has no room, or the log is not wanted any
 * more. Owned by the partition's loop.
 *
 * <pre>
 * not open ──use──► opening ──► open ──► offline
 *    ▲                                      │
 *    └────────── there is room again ───────┘
 * </pre>
 */
final class LogAccess {
    private static final System.Logger log = System.getLogger(LogAccess.class.getName());

    private static final CompletionStage<Void> FREE = CompletableFuture.completedStage(null);

    private final Path directory;
    private final EventLoop loop;
    private final Partition.Storage storage;
    private final Standing standing;
    private final Commitment commitment;
    private final PartitionLogs logs;
    private final List<Use> untilOpen = new ArrayList<>();
    private boolean opening;
    private CompletionStage<Void> free = FREE;
    private volatile @Nullable PartitionLog open;
    /** What was given up, and is to be closed yet. */
    private volatile @Nullable PartitionLog leaving;

    /** Where the log ends for sure, while it waits for room on the disk; negative while it does not. */
    private long awaitsRoomAt = -1;

    /** @param answer fails where the log cannot be opened */
    private record Use(CompletableFuture<?> answer, Consumer<PartitionLog> then) {}

    LogAccess(
            Path directory,
            EventLoop loop,
            Partition.Storage storage,
            Standing standing,
            Commitment commitment,
            PartitionLogs logs) {
        this.directory = directory;
        this.loop = loop;
        this.storage = storage;
        this.standing = standing;
        this.commitment = commitment;
        this.logs = logs;
    }

    /** Its place on the disk is taken until then. Before it is used. */
    void openAfter(CompletionStage<Void> removal) {
        free = removal;
    }

    CompletionStage<Void> free() {
        return free;
    }

    /** The log, where it is open; from any thread. */
    @Nullable
    PartitionLog present() {
        return open;
    }

    /** The log as it is known to the disk: also where it was given up, until it is closed. From any thread. */
    @Nullable
    PartitionLog unclosed() {
        var opened = open;
        return opened != null ? opened : leaving;
    }

    // ---- opening

    /** Gives the log once it is open, or fails the answer with the protocol's error. */
    void whenOpen(CompletableFuture<?> answer, Consumer<PartitionLog> then) {
        var opened = open;
        if (opened != null) {
            then.accept(opened);
        } else if (standing.isOffline()) {
            answer.completeExceptionally(standing.notLeading());
        } else {
            untilOpen.add(new Use(answer, then));
            if (!opening) {
                opening = true;
                var unused = free.whenCompleteAsync((ended, failure) -> open(), storage.io());
            }
        }
    }

    /** On an I/O thread. */
    private void open() {
        try {
            Removal.finishWhereBegun(storage.files(), directory);
            var isNew = !storage.files().exists(directory);
            var config = standing.config().log();
            var opened = commitment.isReplicated()
                    ? PartitionLog.openReplica(directory, config, storage.files(), storage.clock())
                    : PartitionLog.open(directory, config, storage.files(), storage.clock());
            var lies = (logs.exists(LogKind.SHARE) ? LogKind.SHARE.bit() : 0)
                    | (logs.exists(LogKind.DELAY) ? LogKind.DELAY.bit() : 0);
            if (isNew) {
                forceNames();
            }
            loop.execute(() -> {
                logs.found(lies);
                opened(opened);
            });
        } catch (IOException e) {
            loop.execute(() -> {
                opening = false;
                notOpened(refusal(e));
            });
        } catch (RuntimeException e) {
            loop.execute(() -> {
                opening = false;
                fail(e);
                notOpened(standing.notLeading());
            });
        }
    }

    /** The log's directory, and its topic's, survive what its records survive. */
    private void forceNames() throws IOException {
        var topic = directory.getParent();
        if (topic != null) {
            storage.files().forceDirectory(topic);
            storage.files().forceDirectory(storage.home().logs());
        }
    }

    private void opened(PartitionLog opened) {
        opening = false;
        if (standing.isOffline()) {
            closeSoon(opened);
            notOpened(standing.notLeading());
            return;
        }
        // The settings may have changed while it was opened.
        opened.configure(standing.config().log());
        if (awaitsRoom()) {
            try {
                opened.truncateTo(Math.max(awaitsRoomAt, opened.view().startOffset()));
                awaitsRoomAt = -1;
            } catch (IOException e) {
                closeSoon(opened);
                notOpened(refusal(e));
                return;
            }
        }
        open = opened;
        commitment.opened(opened);
        takeUses().forEach(use -> use.then.accept(opened));
    }

    private void notOpened(BrokerException reason) {
        takeUses().forEach(use -> use.answer.completeExceptionally(reason));
    }

    private List<Use> takeUses() {
        var waiting = List.copyOf(untilOpen);
        untilOpen.clear();
        return waiting;
    }

    // ---- a disk without room

    boolean isDiskFull() {
        return storage.space().isFull();
    }

    BrokerException diskFull() {
        return new BrokerException(ErrorCode.KAFKA_STORAGE_ERROR, "partition " + standing.id() + ": the disk is full");
    }

    /** Whether nothing is done here before there is room. */
    boolean awaitsRoom() {
        return awaitsRoomAt >= 0;
    }

    /** Goes on after it had no room, as whatever the cluster says that it is now. */
    void goOn(Role role) {
        if (awaitsRoom() && storage.home().failure().isEmpty()) {
            standing.become(role);
        }
    }

    /**
     * A force has failed, after which nobody knows what the disk has.
     *
     * @param keptUpTo up to where it had everything before, whatever was told of that
     */
    void forceFailed(PartitionLog opened, IOException cause, long keptUpTo) {
        if (open != opened) {
            return;
        }
        if (!storage.space().causes(cause)) {
            storage.home().fail(cause);
            return;
        }
        // What was forced before is safe, and nothing behind it was answered. It is cut off when there is room to go
        // on: the system may show pages that it could not write, and later records must not stand behind them.
        awaitsRoomAt = Math.max(commitment.storedUpTo(), keptUpTo);
        standing.become(new Role.Offline("there was no room for what it had: " + storage.home()));
        leave();
        commitment.failAll(standing.notLeading());
        closeSoon(opened);
        storage.home().awaitRoom(standing.id());
    }

    // ---- going offline

    /** What a failure of the disk means to whoever asked: refused for now where there was no room, and else the directory is lost. */
    BrokerException refusal(IOException cause) {
        if (storage.space().causes(cause)) {
            return diskFull();
        }
        storage.home().fail(cause);
        takeOffline(storage.home().failure().orElseThrow());
        return standing.notLeading();
    }

    /** The directory is of no use any more, to those beside it neither. */
    void takeOffline(String reason) {
        logs.beside().forEach(log -> log.takeOffline(reason));
        if (!standing.isOffline() || awaitsRoom()) {
            awaitsRoomAt = -1;
            standing.become(new Role.Offline(reason));
            commitment.failAll(standing.notLeading());
        }
    }

    /** For failures that are this log's own. */
    void fail(RuntimeException cause) {
        if (standing.isOffline()) {
            return;
        }
        log.log(System.Logger.Level.ERROR, "Partition goes offline: " + standing.id() + " in " + directory, cause);
        standing.become(new Role.Offline("its log in " + directory + " failed: " + cause));
        commitment.failAll(standing.notLeading());
    }

    /** Opens the log no more, and gives what has to be closed; null where nothing was open. */
    @Nullable
    PartitionLog giveUp(String reason) {
        awaitsRoomAt = -1;
        if (!standing.isOffline()) {
            standing.become(new Role.Offline(reason));
            commitment.failAll(new BrokerException(
                    ErrorCode.NOT_LEADER_OR_FOLLOWER, "partition " + standing.id() + " is closed here: " + reason));
        }
        return leave();
    }

    private @Nullable PartitionLog leave() {
        var opened = open;
        if (opened != null) {
            leaving = opened;
            open = null;
        }
        return opened;
    }

    private void closeSoon(PartitionLog opened) {
        storage.commit().between(() -> close(opened));
    }

    /** On the disk thread, between its rounds. */
    void close(PartitionLog opened) {
        storage.commit().alone(forces -> {
            leaving = null;
            try {
                forces.close(storage.home().nameOf(directory), opened);
            } catch (IOException e) {
                log.log(
                        System.Logger.Level.WARNING,
                        "Log was not closed cleanly and will be recovered: " + standing.id(),
                        e);
            }
        });
    }
}
