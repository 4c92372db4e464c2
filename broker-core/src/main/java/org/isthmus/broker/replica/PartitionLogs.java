package org.isthmus.broker.replica;

import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.isthmus.broker.runtime.EventLoop;
import org.jspecify.annotations.Nullable;

/** The logs of one partition: its records, and what lies beside them, each made with its first use. Owned by the partition's loop. */
final class PartitionLogs {
    private final Partition records;
    private final Path directory;
    private final EventLoop loop;
    private final Partition.Storage storage;
    private final Map<LogKind, Partition> beside = new EnumMap<>(LogKind.class);
    private int kinds = LogKind.RECORDS.bit();
    private boolean hasLookedForDelays;

    PartitionLogs(Partition records, Path directory, EventLoop loop, Partition.Storage storage) {
        this.records = records;
        this.directory = directory;
        this.loop = loop;
        this.storage = storage;
    }

    /** Where the log of that kind lies, or would. */
    Path directory(LogKind kind) {
        return directory.resolveSibling(directory.getFileName() + kind.suffix());
    }

    /** What the partition has on the disk, whether it was used or not. */
    List<Path> directories() {
        return List.of(directory, directory(LogKind.SHARE), directory(LogKind.DELAY));
    }

    /** Looks at the disk. */
    boolean exists(LogKind kind) {
        return storage.files().exists(directory(kind));
    }

    Partition of(LogKind kind) {
        var present = present(kind);
        if (present != null) {
            return present;
        }
        var made = records.makeBeside(directory(kind));
        kinds |= kind.bit();
        // One that is made while there is no room stays offline; the next use makes another.
        if (!records.access.awaitsRoom()) {
            beside.put(kind, made);
        }
        return made;
    }

    /** Null where it was not used yet. */
    @Nullable
    Partition present(LogKind kind) {
        return kind == LogKind.RECORDS ? records : beside.get(kind);
    }

    /** Those beside the records that were used. */
    Collection<Partition> beside() {
        return beside.values();
    }

    /** The {@link LogKind#bit bits} of the logs that the partition has, used or not. */
    int kinds() {
        return kinds;
    }

    /** The disk has these too. */
    void found(int more) {
        kinds |= more;
    }

    /** Completes with where what waits beside the records now ends for sure. */
    void waitedUpTo(CompletableFuture<Long> answer) {
        var delays = beside.get(LogKind.DELAY);
        if (delays != null) {
            tellSafeEnd(delays, answer);
        } else if (hasLookedForDelays) {
            answer.complete(0L);
        } else {
            storage.io().execute(() -> {
                var some = exists(LogKind.DELAY);
                loop.execute(() -> {
                    hasLookedForDelays = true;
                    if (some) {
                        of(LogKind.DELAY);
                    }
                    waitedUpTo(answer);
                });
            });
        }
    }

    private static void tellSafeEnd(Partition delays, CompletableFuture<Long> answer) {
        delays.opened()
                .thenCompose(view -> delays.safe(view.highWatermark(), true).thenApply(safe -> view.highWatermark()))
                .whenComplete((end, failure) -> {
                    if (failure == null) {
                        answer.complete(end);
                    } else {
                        answer.completeExceptionally(failure);
                    }
                });
    }
}
