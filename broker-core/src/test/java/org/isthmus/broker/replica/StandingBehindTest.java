package org.isthmus.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.log.LogConfig;
import org.isthmus.broker.log.PartitionLog;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimDisk;
import org.isthmus.broker.sim.SimLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A partition whose log stands behind another one's, on a simulated disk whose rounds are begun by hand. */
class StandingBehindTest {
    private static final Path ROOT = Path.of("/data");

    private final SimClock clock = new SimClock();
    private final Deque<Runnable> rounds = new ArrayDeque<>();
    private SimDisk disk;
    private SimLoop loops;
    private SimLoop.Machine machine;
    private LogDirectory home;
    private Partition first;
    private Partition behind;

    private void start(long seed) {
        var random = new Random(seed);
        disk = new SimDisk(random);
        disk.createDirectories(ROOT.resolve("logs"));
        loops = new SimLoop(random, clock);
        machine = loops.newMachine();
        home = new LogDirectory(ROOT, disk, rounds::add, Runnable::run, clock);
        home.recover();
        first = partition("first");
        behind = partition("behind");
        get(first.opened());
        get(behind.standBehind());
    }

    private Partition partition(String name) {
        return new Partition(
                new TopicPartition(name, 0),
                home.logs().resolve(name).resolve("0"),
                machine.newLoop(),
                new Partition.Storage(disk, clock, machine.newThreads(Duration.ofMillis(1)), home),
                PartitionConfig.of(Map.of("isthmus.flush", "commit"), Map.of()),
                new Role.Leader(new Epoch(0)));
    }

    private <T> T get(CompletionStage<T> stage) {
        var answer = stage.toCompletableFuture();
        while (!answer.isDone()) {
            loops.step();
        }
        return answer.join();
    }

    private void append(Partition partition) {
        append(partition, 1_000);
    }

    private void append(Partition partition, int bytes) {
        partition.append(batch(bytes), Durability.COMMITTED);
        settle();
    }

    private void settle() {
        loops.runFor(Duration.ofMillis(50));
    }

    private static ByteBuffer batch(int bytes) {
        return new RecordBatchBuilder(Compression.NONE)
                .append(1, null, new byte[bytes], List.of())
                .build();
    }

    /** How many records the log of a partition has once the machine is there again. */
    private long recovered(Partition partition) throws IOException {
        try (var log = PartitionLog.open(partition.directory(), LogConfig.DEFAULT, disk, clock)) {
            return log.view().endOffset();
        }
    }

    private void losePower() {
        disk.crash();
        new LogDirectory(ROOT, disk, rounds::add, Runnable::run, clock).recover();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void isNotThereWithoutTheOther(long seed) throws Exception {
        start(seed);
        append(first);
        append(behind);

        losePower();

        assertThat(recovered(behind)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void comesWithTheOtherAlsoWhereThatIsAboutToBeClosed(long seed) throws Exception {
        start(seed);
        append(first);
        append(behind);
        first.close("it goes elsewhere");
        settle();
        // The round that was asked for before that, and not the closing.
        rounds.remove().run();
        assertThat(rounds).isNotEmpty();

        losePower();

        assertThat(recovered(behind)).isOne();
        assertThat(recovered(first)).isOne();
    }

    @Test
    void goesOnNoMoreWhereTheOtherCannotBeForced() {
        start(1);
        append(first);
        append(behind);
        rounds.remove().run();
        settle();
        var order = first.diskOrder();
        assertThat(behind.standsBehind(order.orElseThrow())).isTrue();
        // Too much for the journal.
        append(first, 300_000);
        append(behind);

        disk.failureRate(1);
        rounds.remove().run();
        disk.failureRate(0);
        settle();

        assertThat(behind.role()).isInstanceOf(Role.Offline.class);
        assertThat(behind.standsBehind(order.orElseThrow())).isFalse();
        assertThat(first.diskOrder()).isNotEqualTo(order);
    }

    @Test
    void standsBehindNobodyWhereThereIsNoRoomForAJournal() {
        disk = new SimDisk(new Random(1));
        disk.createDirectories(ROOT.resolve("logs"));
        disk.capacity(1_000);
        home = new LogDirectory(ROOT, disk, rounds::add, Runnable::run, clock);
        home.recover();
        disk.capacity(Long.MAX_VALUE);
        loops = new SimLoop(new Random(1), clock);
        machine = loops.newMachine();
        behind = partition("behind");

        get(behind.standBehind());

        assertThat(home.failure()).isEmpty();
        assertThat(behind.standsBehind(behind.diskOrder().orElseThrow())).isFalse();
        append(behind);
        rounds.remove().run();
        assertThat(behind.view().orElseThrow().highWatermark()).isOne();
    }
}
