package org.isthmus.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimDisk;
import org.isthmus.broker.sim.SimLoop;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the disk is asked for what a partition gets and nobody waits for, with rounds that are begun by hand. */
class UnhurriedAppendTest {
    private static final Path ROOT = Path.of("/data");

    private final SimClock clock = new SimClock();
    private final Random random = new Random(1);
    private final SimLoop loops = new SimLoop(random, clock);
    private final SimDisk disk = new SimDisk(random);
    private final Deque<Runnable> rounds = new ArrayDeque<>();
    private Partition partition;

    @BeforeEach
    void open() {
        disk.createDirectories(ROOT.resolve("logs"));
        var home = new LogDirectory(ROOT, disk, rounds::add, Runnable::run, clock);
        partition = new Partition(
                new TopicPartition("t", 0),
                home.logs().resolve("t").resolve("0"),
                loops.newLoop(),
                new Partition.Storage(disk, clock, Runnable::run, home),
                PartitionConfig.of(Map.of("isthmus.flush", "commit"), Map.of()),
                new Role.Leader(new Epoch(0)));
        append(Durability.COMMITTED);
        assertThat(rounds).hasSize(1);
        rounds.remove().run();
    }

    @Test
    void isForcedInAMoment() {
        append(Durability.WRITTEN);
        assertThat(rounds).isEmpty();

        loops.runFor(Duration.ofMillis(5));
        assertThat(rounds).hasSize(1);
    }

    @Test
    void goesAlongWithWhatOthersWaitForAsLongAsTheyDo() {
        for (var time = 0; time < 20; time++) {
            append(Durability.WRITTEN);
            assertThat(rounds).isEmpty();
            append(Durability.COMMITTED);
            assertThat(rounds).hasSize(1);
            rounds.remove().run();
        }

        append(Durability.WRITTEN);
        loops.runFor(Duration.ofMillis(10));
        assertThat(rounds).hasSize(1);
    }

    private void append(Durability durability) {
        var batch = new RecordBatchBuilder(Compression.NONE)
                .append(1, null, new byte[10], List.of())
                .build();
        partition.append(batch, durability);
        loops.runFor(Duration.ofMillis(1));
    }
}
