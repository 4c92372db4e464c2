package org.isthmus.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.log.AppendResult;
import org.isthmus.broker.metadata.BrokerConfigs;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.ThreadLoop;
import org.isthmus.broker.sim.FaultyStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several log directories, of which each may fail or be full. Each round of the disks and of the metadata is a call of the test. */
@Timeout(60)
class LogDirectoriesTest {
    private static final BrokerId SELF = new BrokerId(0);

    @TempDir
    Path data;

    private final FaultyStore files = new FaultyStore();
    private final ThreadLoop loop = EventLoop.start("owner");
    private final ThreadLoop disk = EventLoop.start("disk");
    private final List<Path> roots = new ArrayList<>();
    private final List<TopicPartition> elected = new ArrayList<>();
    private ClusterImage image = ClusterImage.empty(new UUID(1, 1), SELF);
    private Partitions partitions;

    @BeforeEach
    void start() throws Exception {
        for (var name : List.of("a", "b", "c")) {
            roots.add(data.resolve(name));
            files.createDirectories(data.resolve(name).resolve("logs"));
        }
        begin();
    }

    @AfterEach
    void end() {
        partitions.close().toCompletableFuture().join();
        loop.close();
        disk.close();
    }

    private void begin(LogDirectory... others) {
        var directories = new ArrayList<LogDirectory>();
        for (var root : roots) {
            directories.add(new LogDirectory(root, files, disk, Runnable::run, Clock.system()));
        }
        directories.addAll(List.of(others));
        partitions = new Partitions(
                SELF, directories, List.of(loop), disk, files, Clock.system(), new BrokerConfigs(SELF, Map.of()));
        elected.clear();
        partitions.addListener(new PartitionListener() {
            @Override
            public void elected(Partition partition) {
                elected.add(partition.id());
            }

            @Override
            public void resigned(TopicPartition id) {}
        });
        partitions.apply(image);
    }

    private void beginAgain() {
        partitions.close().toCompletableFuture().join();
        begin();
    }

    private void createTopic(String name, int count) {
        var led = new PartitionImage(SELF, new Epoch(0), List.of(SELF), List.of(SELF));
        var topic = new TopicImage(name, UUID.randomUUID(), Map.of(), Collections.nCopies(count, led));
        image = image.with(List.of(new ClusterDelta.TopicCreated(topic)));
        partitions.apply(image);
    }

    private Partition partition(String topic, int index) {
        return partitions.partition(new TopicPartition(topic, index)).orElseThrow();
    }

    private LogDirectory directory(String name) {
        return partitions.directories().stream()
                .filter(directory -> directory.root().endsWith(name))
                .findFirst()
                .orElseThrow();
    }

    private List<Partition> in(String name) {
        return List.copyOf(directory(name).partitions());
    }

    private static AppendResult append(Partition partition) {
        return done(partition.append(batch(), Durability.COMMITTED));
    }

    private static <T> T done(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static void refuses(Partition partition, String reason) {
        assertThatThrownBy(() -> append(partition))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(BrokerException.class, refused -> {
                    assertThat(refused.code()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
                    assertThat(refused).hasMessageContaining(reason);
                });
    }

    /** What the disk thread and then the owner had to do is done. */
    private void settle() {
        for (var next : List.of(disk, loop)) {
            var reached = new CompletableFuture<Void>();
            next.execute(() -> reached.complete(null));
            reached.join();
        }
    }

    private void look() {
        partitions.lookAtDisks();
        settle();
        partitions.lookAtDisks();
        settle();
    }

    @Test
    void newPartitionsGoWhereTheFewestAreAndAreFoundThereAgain() {
        createTopic("t", 7);
        createTopic("u", 2);
        assertThat(partitions.directories()).extracting(LogDirectory::size).containsExactly(3, 3, 3);
        var homes = partitions.all().stream().collect(Collectors.toMap(Partition::id, Partition::directory));
        append(partition("t", 3));

        beginAgain();

        assertThat(partitions.all()).hasSize(9).allSatisfy(partition -> assertThat(partition.directory())
                .isEqualTo(homes.get(partition.id())));
        assertThat(done(partition("t", 3).opened()).endOffset()).isEqualTo(1);
    }

    @Test
    void sidecarLiesBesideItsPartition() {
        createTopic("t", 3);
        for (var partition : partitions.all()) {
            loop.execute(() -> partition.sidecar());
            settle();
            var beside = partition.sidecar();
            assertThat(beside.home()).isSameAs(partition.home());
            append(beside);
            assertThat(files.exists(
                            partition.directory().resolveSibling(partition.id().partition() + ".share")))
                    .isTrue();
        }
    }

    @Test
    void diskThatFailsTakesItsOwnPartitionsAndNoOthers() {
        createTopic("t", 6);
        partitions.all().forEach(LogDirectoriesTest::append);
        files.breakDisk(roots.get(1));

        refuses(in("b").get(0), "b failed: Input/output error");

        // Its other partition goes with it, unasked.
        settle();
        assertThat(in("b")).hasSize(2).allSatisfy(lost -> assertThat(lost.role())
                .isInstanceOf(Role.Offline.class));
        assertThat(directory("b").failure()).isPresent();
        for (var healthy : List.of("a", "c")) {
            in(healthy).forEach(partition -> assertThat(append(partition)).isInstanceOf(AppendResult.Appended.class));
        }
    }

    @Test
    void sidecarThatFailsTakesTheDirectoryToo() {
        createTopic("t", 3);
        var partition = in("c").get(0);
        loop.execute(partition::sidecar);
        settle();
        files.breakDisk(roots.get(2));

        refuses(partition.sidecar(), "c failed");

        settle();
        refuses(partition, "c failed");
    }

    @Test
    void newPartitionsAvoidTheDiskThatFailed() {
        createTopic("t", 3);
        files.breakDisk(roots.get(0));
        look();
        assertThat(directory("a").failure()).isPresent();

        createTopic("u", 4);

        assertThat(in("a")).hasSize(1);
        assertThat(in("b")).hasSize(3);
        assertThat(in("c")).hasSize(3);
        IntStream.range(0, 4).forEach(index -> append(partition("u", index)));
    }

    @Test
    void diskFoundBrokenWhilePlacingIsPassedOver() {
        files.breakDisk(roots.get(1));

        createTopic("t", 4);

        assertThat(directory("b").failure()).isPresent();
        assertThat(in("b")).isEmpty();
        partitions.all().forEach(LogDirectoriesTest::append);
    }

    @Test
    void whatMayLieOnADiskThatIsNotThereIsNotBegunAnew() {
        createTopic("t", 6);
        partitions.all().forEach(LogDirectoriesTest::append);
        var lost = in("b").stream().map(Partition::id).toList();
        partitions.close().toCompletableFuture().join();
        var absent = new LogDirectory(roots.remove(1), files, disk, Runnable::run, Clock.system());
        absent.fail(new IOException("not mounted"));

        begin(absent);

        lost.forEach(id -> refuses(partitions.partition(id).orElseThrow(), "b failed: not mounted"));
        assertThat(in("b")).extracting(Partition::id).containsExactlyInAnyOrderElementsOf(lost);
        createTopic("u", 2);
        append(partition("u", 0));

        roots.add(absent.root());
        beginAgain();
        partitions.all().stream()
                .filter(partition -> partition.id().topic().equals("t"))
                .forEach(partition ->
                        assertThat(done(partition.opened()).endOffset()).isEqualTo(1));
    }

    @Test
    void deletedTopicGoesFromEveryDisk() throws Exception {
        createTopic("t", 3);
        partitions.all().forEach(LogDirectoriesTest::append);

        image = image.with(List.of(new ClusterDelta.TopicDeleted("t")));
        partitions.apply(image);
        // Closed by the owner and the disk, deleted behind that.
        settle();
        settle();
        settle();

        for (var root : roots) {
            assertThat(files.list(root.resolve("logs"))).isEmpty();
        }
        assertThat(partitions.directories()).extracting(LogDirectory::size).containsOnly(0);
    }

    @Test
    void fullDiskRefusesAppendsServesReadsAndGoesOnByItself() {
        createTopic("t", 3);
        var partition = in("a").get(0);
        append(partition);
        files.fill(roots.get(0), FaultyStore.Full.BY_ITS_SPACE);
        look();

        refuses(partition, "full");
        assertThat(partition.role()).isInstanceOf(Role.Leader.class);
        assertThat(partition.view().orElseThrow().highWatermark()).isEqualTo(1);
        append(in("b").get(0));

        files.makeRoom(roots.get(0));
        look();
        assertThat(append(partition)).isEqualTo(new AppendResult.Appended(1, 1, -1));
    }

    @Test
    void newPartitionsAvoidTheFullDisk() {
        files.fill(roots.get(0), FaultyStore.Full.BY_ITS_SPACE);
        look();

        createTopic("t", 4);

        assertThat(in("a")).isEmpty();
    }

    @Test
    void writeThatFindsNoRoomIsRefusedAndLeavesNoTrace() {
        createTopic("t", 3);
        var partition = in("a").get(0);
        append(partition);
        files.fill(roots.get(0), FaultyStore.Full.AT_WRITES);

        refuses(partition, "full");
        refuses(partition, "full");
        assertThat(directory("a").failure()).isEmpty();

        files.makeRoom(roots.get(0));
        look();
        assertThat(append(partition)).isEqualTo(new AppendResult.Appended(1, 1, -1));
        beginAgain();
        assertThat(done(partition("t", partition.id().partition()).opened()).endOffset())
                .isEqualTo(2);
    }

    @Test
    void forceThatFindsNoRoomLosesNothingCommittedAndGoesOnByItself() {
        createTopic("t", 3);
        var partition = in("a").get(0);
        append(partition);
        files.fill(roots.get(0), FaultyStore.Full.AT_FORCE);

        refuses(partition, "no room");
        assertThat(directory("a").failure()).isEmpty();
        elected.clear();

        files.makeRoom(roots.get(0));
        look();

        // Whoever built on the records that are gone begins again.
        assertThat(elected).containsExactly(partition.id());
        assertThat(append(partition)).isEqualTo(new AppendResult.Appended(1, 1, -1));
        append(in("a").get(0));
    }

    @Test
    void logThatCannotBeOpenedForLackOfRoomIsOpenedLater() {
        createTopic("t", 3);
        var partition = in("a").get(0);
        files.fill(roots.get(0), FaultyStore.Full.AT_FORCE);
        append(in("b").get(0));
        files.makeRoom(roots.get(0));
        files.fill(roots.get(0), FaultyStore.Full.AT_WRITES);

        refuses(partition, "full");

        files.makeRoom(roots.get(0));
        look();
        assertThat(append(partition)).isEqualTo(new AppendResult.Appended(0, 0, -1));
    }

    private static ByteBuffer batch() {
        return new RecordBatchBuilder(Compression.NONE)
                .append(1, null, new byte[100], List.of())
                .build();
    }
}
