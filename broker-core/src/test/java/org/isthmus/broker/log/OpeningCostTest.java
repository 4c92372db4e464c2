package org.isthmus.broker.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimDisk;
import org.junit.jupiter.api.Test;

/** What opening a log reads is counted in bytes, not in seconds: it depends on neither the log's size nor its number of segments. */
class OpeningCostTest {
    private static final Path DIRECTORY = Path.of("/data/topic-0");
    private static final int CHECKPOINT_BYTES = 20_000;
    /** A crash leaves the room behind the last batch too. */
    private static final int MOST_BYTES = 2 * CHECKPOINT_BYTES + LogSegment.MOST_ROOM;

    private final SimDisk disk = new SimDisk(new Random(1));
    private final SimClock clock = new SimClock();

    @Test
    void aCrashCostsTheBytesSinceTheLastCheckpointAndNotTheSegment() throws Exception {
        var log = open(1 << 30);
        for (var i = 0; i < 2_000; i++) {
            append(log, i);
            if (i % 10 == 0) {
                log.force();
            }
        }
        disk.killProcess();
        var before = disk.bytesRead();

        var again = open(1 << 30);

        assertThat(again.view().endOffset()).isEqualTo(2_000);
        assertThat(disk.bytesRead() - before).isLessThan(MOST_BYTES);
        again.close();
    }

    @Test
    void crashesInARowDoNotAddUp() throws Exception {
        open(1 << 30).close();
        for (var life = 0; life < 200; life++) {
            var before = disk.bytesRead();
            var log = open(1 << 30);
            assertThat(disk.bytesRead() - before).isLessThan(MOST_BYTES);
            for (var i = 0; i < 50; i++) {
                append(log, i);
                log.force();
            }
            disk.killProcess();
        }
    }

    @Test
    void aThousandSegmentsOpenByTheLastOne() throws Exception {
        var log = open(1 << 12);
        while (((PublishedView) log.view()).segments().length < 1_000) {
            append(log, 4_000);
        }
        log.close();
        var before = disk.bytesRead();
        var opened = disk.filesOpened();

        var again = open(1 << 12);

        assertThat(((PublishedView) again.view()).segments()).hasSize(1_000);
        assertThat(disk.filesOpened() - opened).isLessThan(20);
        assertThat(disk.bytesRead() - before).isLessThan(5_000);
        disk.killProcess();
        before = disk.bytesRead();
        again = open(1 << 12);
        assertThat(disk.bytesRead() - before).isLessThan(3 << 14);
        again.close();
    }

    private PartitionLog open(int segmentBytes) throws IOException {
        var config = new LogConfig(segmentBytes, Long.MAX_VALUE, 4096, 1 << 20, -1, -1, false)
                .withCheckpointBytes(CHECKPOINT_BYTES);
        return PartitionLog.open(DIRECTORY, config, disk, clock);
    }

    private static void append(PartitionLog log, int seed) throws IOException {
        log.append(
                new RecordBatchBuilder(Compression.NONE)
                        .append(1, null, "x".repeat(200 + seed % 4_001).getBytes(UTF_8), List.of())
                        .build(),
                new Epoch(0));
    }
}
