package org.isthmus.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.log.AppendResult;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.FileStore;
import org.isthmus.broker.runtime.SmallFileSystem;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file system of a few megabytes that is really full. Runs where the user may mount one. */
@Timeout(60)
class RealFullDiskTest {
    @TempDir
    Path mountPoint;

    private @Nullable SmallFileSystem small;

    @BeforeEach
    void mount() throws Exception {
        small = SmallFileSystem.mount(mountPoint, 48);
    }

    @AfterEach
    void unmount() throws Exception {
        if (small != null) {
            small.close();
        }
    }

    @Test
    void appendsGoOnOnceThereIsRoomAndNothingIsLost() throws Exception {
        var files = FileStore.local();
        try (var loop = EventLoop.start("owner");
                var disk = EventLoop.start("disk")) {
            var home = new LogDirectory(mountPoint, files, disk, Runnable::run, Clock.system());
            var partition = new Partition(
                    new TopicPartition("t", 0),
                    home.logs().resolve("t/0"),
                    loop,
                    new Partition.Storage(files, Clock.system(), disk, home),
                    PartitionConfig.of(Map.of("isthmus.flush", "commit"), Map.of()),
                    new Role.Leader(new Epoch(0)));
            assertThat(append(partition)).isInstanceOf(AppendResult.Appended.class);

            var filler = small.fill();
            // The page that the log ends in has room for some; the file system itself says when it is over.
            var last = append(partition);
            for (var more = 0; more < 10 && last instanceof AppendResult.Appended; more++) {
                last = append(partition);
            }
            assertThat(last).isInstanceOfSatisfying(AppendResult.Rejected.class, refused -> assertThat(refused.error())
                    .isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR));
            assertThat(home.failure()).isEmpty();
            var committed = partition.view().orElseThrow().highWatermark();
            assertThat(committed).isPositive();

            Files.delete(filler);
            home.look();
            settle(disk);
            assertThat(append(partition)).isEqualTo(new AppendResult.Appended(committed, committed, -1));

            partition.close("the test ends").toCompletableFuture().join();
        }
    }

    private static AppendResult append(Partition partition) {
        return partition
                .append(batch(), Durability.COMMITTED)
                .toCompletableFuture()
                .join();
    }

    private static void settle(EventLoop loop) {
        var reached = new CompletableFuture<Void>();
        loop.execute(() -> reached.complete(null));
        reached.join();
    }

    private static ByteBuffer batch() {
        return new RecordBatchBuilder(Compression.NONE)
                .append(1, null, new byte[1000], List.of())
                .build();
    }
}
