package org.isthmus.broker.replica;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.isthmus.broker.common.DiskOrder;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.log.JournalRecovery;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.FileStore;
import org.jspecify.annotations.Nullable;

/**
 * One directory of logs, usually a disk of its own, and the partitions that it holds. It fails as a whole and for good: once its disk did
 * not do what it was asked, nobody can tell what the rest of it has, so all of its partitions go offline until the broker starts again. A
 * lack of room is no failure. Safe for use by many threads.
 */
public final class LogDirectory {
    private static final System.Logger log = System.getLogger(LogDirectory.class.getName());
    private static final int JOURNAL_BYTES = 4 << 20;

    private final Path root;
    private final Path logs;
    private final FileStore files;
    private final Clock clock;
    private final GroupCommit commit;
    private final DiskSpace space;
    private final Map<TopicPartition, Partition> held = new ConcurrentHashMap<>();
    private final Set<TopicPartition> awaitingRoom = ConcurrentHashMap.newKeySet();
    private volatile DiskOrder order = new DiskOrder();
    private @Nullable String failure;

    /**
     * @param root as it was configured; the logs lie in {@code logs} below
     * @param disk forces, closes and looks at this directory's disk: one task at a time, in order, and may block
     * @param forces helps it to force several files at the same time
     */
    public LogDirectory(Path root, FileStore files, Executor disk, Executor forces, Clock clock) {
        this.root = root;
        this.logs = root.resolve("logs");
        this.files = files;
        this.clock = clock;
        this.commit = new GroupCommit(disk, new JournaledCommit(forces, this::beginOrder, this::fail), clock);
        this.space = new DiskSpace(logs, files);
    }

    /** Before any of its logs is used: has them get back what a crash took from their own files, and begins a journal. Blocks. */
    public void recover() {
        recover(JOURNAL_BYTES);
    }

    /**
     * As {@link #recover()}.
     *
     * @param journalBytes after which a file of the journal is full
     */
    public void recover(int journalBytes) {
        try {
            var journal = JournalRecovery.recover(files, root, logs, journalBytes, clock);
            commit.alone(forces -> forces.use(journal));
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    /** Behind all of its logs. */
    void close() {
        commit.alone(JournaledCommit::close);
    }

    public Path root() {
        return root;
    }

    public Path logs() {
        return logs;
    }

    /** Why it is of no use any more, where that is so. */
    public synchronized Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    public Collection<Partition> partitions() {
        return List.copyOf(held.values());
    }

    /** Bytes that can still be written to its disk. Looks at the disk. */
    public long usableBytes() throws IOException {
        return files.usableBytes(logs);
    }

    /** All that its disk has. Looks at the disk. */
    public long totalBytes() throws IOException {
        return files.totalBytes(logs);
    }

    /** What a log is called in the journal, by where it lies: the same also where this directory is moved. */
    String nameOf(Path directory) {
        return directory.startsWith(logs) ? logs.relativize(directory).toString() : directory.toString();
    }

    GroupCommit commit() {
        return commit;
    }

    /** In which the disk gets what is hurried now. From any thread. */
    DiskOrder order() {
        return order;
    }

    private void beginOrder() {
        order = new DiskOrder();
    }

    DiskSpace space() {
        return space;
    }

    int size() {
        return held.size();
    }

    void add(Partition partition) {
        held.put(partition.id(), partition);
        // It may have failed in between, and then has told those that it knew of.
        failure().ifPresent(partition::takeOffline);
    }

    void remove(Partition partition) {
        held.remove(partition.id(), partition);
        awaitingRoom.remove(partition.id());
    }

    /** Gives the directory up, with all of its partitions. Only the first call counts, and says so in the log. */
    public void fail(Exception cause) {
        var reason = "log directory " + root + " failed: " + cause.getMessage();
        synchronized (this) {
            if (failure != null) {
                return;
            }
            failure = reason;
        }
        log.log(
                System.Logger.Level.ERROR,
                "Log directory failed, the " + held.size() + " partitions in it are offline: " + root
                        + ". Repair or replace its disk and start the broker again; other directories serve on",
                cause);
        held.values().forEach(partition -> partition.takeOffline(reason));
    }

    /** Notes a partition that can go on only once there is room. */
    void awaitRoom(TopicPartition id) {
        awaitingRoom.add(id);
    }

    /** Looks at the disk, soon. */
    void look() {
        if (failure().isEmpty()) {
            commit.between(() -> {
                try {
                    space.look();
                } catch (IOException e) {
                    fail(e);
                }
            });
        }
    }

    /** Takes out the partitions that wait for room, where there is some. */
    List<TopicPartition> withRoomAgain() {
        if (space.isFull() || awaitingRoom.isEmpty()) {
            return List.of();
        }
        var ready = new ArrayList<>(awaitingRoom);
        ready.forEach(awaitingRoom::remove);
        return ready;
    }

    @Override
    public String toString() {
        return root.toString();
    }
}
