package org.isthmus.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.log.AppendResult;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.EndTransactionMarker;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.FileStore;
import org.isthmus.broker.runtime.ThreadLoop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Partitions on real threads and a real disk: whoever waits is told. */
@Timeout(60)
class PartitionCommitTest {
    private static final BrokerId SELF = new BrokerId(1);
    private static final long END = Long.MAX_VALUE;
    private static final int PARTITIONS = 4;
    private static final int CHAINS = 8;

    @TempDir
    Path directory;

    private final List<ThreadLoop> loops = List.of(EventLoop.start("owner-0"), EventLoop.start("owner-1"));
    private final ThreadLoop disk = EventLoop.start("disk");
    private final ExecutorService io = Executors.newFixedThreadPool(2);

    @AfterEach
    void end() {
        loops.forEach(ThreadLoop::close);
        disk.close();
        io.shutdown();
    }

    @Test
    void everyCommitOfManyAtOnceIsTold() throws Exception {
        // Also the first appends and reads, which all come while the logs are being opened.
        appendInChains(Map.of("isthmus.flush", "commit"), 60);
    }

    @Test
    void everyAppendThatWaitsForNoDiskIsTold() throws Exception {
        appendInChains(Map.of("isthmus.flush", "os"), 1500);
    }

    /** Each chain appends again when it is told that its last append is committed, and so has a reader at the end of the log. */
    private void appendInChains(Map<String, String> settings, int appends) throws Exception {
        var partitions = partitions(settings);
        var left = new CountDownLatch(PARTITIONS * CHAINS * appends * 2);
        for (var partition : partitions) {
            for (var chain = 0; chain < CHAINS; chain++) {
                append(partition, appends, left);
            }
        }

        assertThat(left.await(50, TimeUnit.SECONDS))
                .as("signals that never came: %d", left.getCount())
                .isTrue();

        for (var partition : partitions) {
            var view = partition.view().orElseThrow();
            assertThat(view.endOffset()).isEqualTo((long) CHAINS * appends);
            assertThat(view.highWatermark()).isEqualTo(view.endOffset());
            partition.close("the test ends").toCompletableFuture().join();
        }
    }

    private void append(Partition partition, int appends, CountDownLatch left) {
        if (appends == 0) {
            return;
        }
        var unused = partition.append(batch(), Durability.COMMITTED).thenAccept(result -> {
            var appended = (AppendResult.Appended) result;
            left.countDown();
            // From another thread, as requests come.
            io.execute(() -> {
                var ignored = partition.onCommitted(appended.lastOffset() + 1, left::countDown);
                append(partition, appends - 1, left);
            });
        });
    }

    @Test
    void whoWaitsNoLongerForTheDiskIsTold() {
        var partition = partitions(Map.of("isthmus.flush", "commit")).get(0);
        var held = new CountDownLatch(1);
        disk.execute(() -> awaitQuietly(held));

        var impatient = partition.append(batch(), Durability.COMMITTED, Duration.ofMillis(20), order -> {});
        var patient = partition.append(batch(), Durability.COMMITTED, Duration.ofMinutes(1), order -> {});

        assertThat(impatient.toCompletableFuture())
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(BrokerException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.REQUEST_TIMED_OUT));
        assertThat(patient.toCompletableFuture()).isNotDone();
        held.countDown();
        assertThat(patient.toCompletableFuture())
                .succeedsWithin(Duration.ofSeconds(30))
                .isInstanceOfSatisfying(AppendResult.Appended.class, appended -> assertThat(appended.baseOffset())
                        .isEqualTo(1));
        partition.close("the test ends").toCompletableFuture().join();
    }

    @Test
    void whatNobodyWantsToBeSafeIsSeenAtOnceUnlessOthersWaitForTheDisk() {
        var partition = partitions(Map.of("isthmus.flush", "commit")).get(0);
        var held = new CountDownLatch(1);
        disk.execute(() -> awaitQuietly(held));

        partition.append(batch(), Durability.WRITTEN).toCompletableFuture().join();
        assertThat(partition.view().orElseThrow().highWatermark()).isEqualTo(1);
        assertThat(partition.isSafe(END)).isFalse();
        var safe = partition.safe(END, true).toCompletableFuture();

        var committed = partition.append(batch(), Durability.COMMITTED).toCompletableFuture();
        partition.append(batch(), Durability.WRITTEN).toCompletableFuture().join();
        assertThat(partition.view().orElseThrow().highWatermark()).isEqualTo(1);
        assertThat(committed).isNotDone();
        assertThat(safe).isNotDone();

        held.countDown();
        assertThat(committed).succeedsWithin(Duration.ofSeconds(30));
        assertThat(safe).succeedsWithin(Duration.ofSeconds(30));
        assertThat(partition.committedUpTo(3).toCompletableFuture()).succeedsWithin(Duration.ofSeconds(30));
        assertThat(partition.isSafe(END)).isTrue();
        partition.close("the test ends").toCompletableFuture().join();
    }

    @Test
    void whatNobodyWaitsForGetsToTheDiskByItself() {
        var partition = partitions(Map.of("isthmus.flush", "commit")).get(0);
        var appended = partition.append(batch(), Durability.WRITTEN).toCompletableFuture();
        appended.join();
        // Nobody asks for more, and where somebody does not hurry it comes with that.
        assertThat(partition.safe(END, false).toCompletableFuture()).succeedsWithin(Duration.ofSeconds(30));
        assertThat(partition.isSafe(END)).isTrue();
        partition.close("the test ends").toCompletableFuture().join();
    }

    @Test
    void markerIsSeenAtOnceAndKeptOnceTheDiskHasIt() {
        var partition = partitions(Map.of("isthmus.flush", "commit")).get(0);
        append(partition, transactional(0));
        var held = new CountDownLatch(1);
        disk.execute(() -> awaitQuietly(held));

        var seen = new CompletableFuture<AppendResult>();
        var marker = new EndTransactionMarker(EndTransactionMarker.Outcome.COMMIT, 0).toBatch(7, (short) 0, 0);
        var kept = partition.appendMarker(marker, false, seen).toCompletableFuture();

        assertThat(seen).succeedsWithin(Duration.ofSeconds(30)).isInstanceOf(AppendResult.Appended.class);
        assertThat(partition.view().orElseThrow().lastStableOffset()).isEqualTo(2);
        assertThat(partition.isSafe(END)).isFalse();
        assertThat(kept).isNotDone();

        held.countDown();
        assertThat(kept).succeedsWithin(Duration.ofSeconds(30));
        assertThat(partition.isSafe(END)).isTrue();
        partition.close("the test ends").toCompletableFuture().join();
    }

    @Test
    void markerBehindWhatOthersWaitForIsSeenTogetherWithIt() {
        var partition = partitions(Map.of("isthmus.flush", "commit")).get(0);
        partition.append(batch(), Durability.COMMITTED).toCompletableFuture().join();
        var held = new CountDownLatch(1);
        disk.execute(() -> awaitQuietly(held));

        var committed = partition.append(batch(), Durability.COMMITTED).toCompletableFuture();
        var seen = new CompletableFuture<AppendResult>();
        var marker = new EndTransactionMarker(EndTransactionMarker.Outcome.ABORT, 0).toBatch(7, (short) 0, 0);
        var kept = partition.appendMarker(marker, false, seen).toCompletableFuture();
        partition
                .opened()
                .thenAcceptAsync(view -> {}, partition.loop())
                .toCompletableFuture()
                .join();
        assertThat(seen).isNotDone();

        held.countDown();
        assertThat(committed).succeedsWithin(Duration.ofSeconds(30));
        assertThat(seen).succeedsWithin(Duration.ofSeconds(30));
        assertThat(kept).succeedsWithin(Duration.ofSeconds(30));
        partition.close("the test ends").toCompletableFuture().join();
    }

    @Test
    void markerUnderARaisedEpochThatComesOnceMoreDoesNotEndTheNextTransaction() {
        var partition = partitions(Map.of("isthmus.flush", "commit")).get(0);
        var marker = new EndTransactionMarker(EndTransactionMarker.Outcome.ABORT, 0);
        append(partition, transactional(0));
        var first = partition.appendMarker(marker.toBatch(7, (short) 1, 0), true, new CompletableFuture<>());
        assertThat(first).succeedsWithin(Duration.ofSeconds(30)).isInstanceOf(AppendResult.Appended.class);
        append(partition, transactional(1));

        var seen = new CompletableFuture<AppendResult>();
        var again = partition.appendMarker(marker.toBatch(7, (short) 1, 0), true, seen);
        assertThat(again).succeedsWithin(Duration.ofSeconds(30)).isInstanceOf(AppendResult.Duplicate.class);
        assertThat(seen).isCompleted();
        assertThat(partition.view().orElseThrow().lastStableOffset()).isEqualTo(2);
        assertThat(partition.view().orElseThrow().endOffset()).isEqualTo(3);
        partition.close("the test ends").toCompletableFuture().join();
    }

    private static void append(Partition partition, ByteBuffer batch) {
        partition.append(batch, Durability.COMMITTED).toCompletableFuture().join();
    }

    private static ByteBuffer transactional(int epoch) {
        return new RecordBatchBuilder(Compression.NONE)
                .producer(7, (short) epoch, 0)
                .transactional()
                .append(0, null, new byte[100], List.of())
                .build();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void segmentThatIsFullIsForcedThoughNobodyWaitsForTheDisk() throws Exception {
        var partition = partitions(Map.of("isthmus.flush", "os", "segment.bytes", "16384"))
                .get(0);
        var checkpoint = directory.resolve("logs/topic/0/checkpoint");

        for (var bytes = 0; bytes <= 16384; bytes += batch().remaining()) {
            assertThat(checkpoint).as("before the first segment is full").doesNotExist();
            partition
                    .append(batch(), Durability.COMMITTED)
                    .toCompletableFuture()
                    .join();
        }
        io.shutdown();

        assertThat(io.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        // Recovery begins behind a segment once the disk has it, and not before.
        assertThat(checkpoint).exists();
        partition.close("the test ends").toCompletableFuture().join();
    }

    @Test
    void changedSettingsHoldForAnOpenLog() {
        var partition = partitions(Map.of("isthmus.flush", "os")).get(0);
        assertThat(partition
                        .append(batch(), Durability.COMMITTED)
                        .toCompletableFuture()
                        .join())
                .isInstanceOf(AppendResult.Appended.class);

        partition.follow(
                partition.role(),
                PartitionConfig.of(Map.of("isthmus.flush", "os", "max.message.bytes", "10"), Map.of()),
                new PartitionImage(SELF, Epoch.ZERO, List.of(SELF), List.of(SELF)));

        assertThat(partition
                        .append(batch(), Durability.COMMITTED)
                        .toCompletableFuture()
                        .join())
                .isInstanceOfSatisfying(AppendResult.Rejected.class, refused -> assertThat(refused.error())
                        .isEqualTo(ErrorCode.MESSAGE_TOO_LARGE));
        partition.close("the test ends").toCompletableFuture().join();
    }

    private List<Partition> partitions(Map<String, String> settings) {
        var files = FileStore.local();
        var storage = new Partition.Storage(
                files, Clock.system(), io, new LogDirectory(directory, files, disk, Runnable::run, Clock.system()));
        var config = PartitionConfig.of(settings, Map.of());
        var partitions = new ArrayList<Partition>();
        for (var index = 0; index < PARTITIONS; index++) {
            partitions.add(new Partition(
                    new TopicPartition("topic", index),
                    directory.resolve("logs/topic/" + index),
                    loops.get(index % loops.size()),
                    storage,
                    config,
                    new Role.Leader(new Epoch(0))));
        }
        return partitions;
    }

    private static ByteBuffer batch() {
        return new RecordBatchBuilder(Compression.NONE)
                .append(1, null, new byte[100], List.of())
                .build();
    }
}
