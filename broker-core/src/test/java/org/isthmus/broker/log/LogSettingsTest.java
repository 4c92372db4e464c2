package org.isthmus.broker.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimDisk;
import org.junit.jupiter.api.Test;

/** Settings that steer a log, and that may change while it is open. */
class LogSettingsTest {
    private static final Path DIRECTORY = Path.of("/data/topic-0");
    private static final long HOUR_MS = 3_600_000;

    private final SimDisk disk = new SimDisk(new Random(1));
    private final SimClock clock = new SimClock();

    @Test
    void timestampsOutOfBoundsAreRefusedUnlessTheLogGivesThem() throws Exception {
        var bounded = LogConfig.DEFAULT.withTimes(0, new LogConfig.Timestamps(HOUR_MS, HOUR_MS));
        var log = open(bounded);
        var now = clock.wallMs();

        assertThat(log.append(batch(now - HOUR_MS, now + HOUR_MS), new Epoch(0)))
                .isInstanceOf(AppendResult.Appended.class);
        assertInvalidTimestamp(log.append(batch(now + HOUR_MS + 1), new Epoch(0)));
        assertInvalidTimestamp(log.append(batch(now, now - HOUR_MS - 1, now), new Epoch(0)));

        log.configure(LogConfig.DEFAULT);
        assertThat(log.append(batch(now + HOUR_MS + 1), new Epoch(0))).isInstanceOf(AppendResult.Appended.class);
    }

    @Test
    void eachLogRollsAtItsOwnTimeWithinTheJitter() {
        var config = new LogConfig(1 << 20, HOUR_MS, 4096, 1 << 20, -1, -1, false)
                .withTimes(60_000, LogConfig.Timestamps.ANY);

        var times = IntStream.range(0, 50)
                .mapToObj(number -> config.rollMs(Path.of("/data/topic-" + number)))
                .toList();

        assertThat(times).allMatch(time -> time >= HOUR_MS - 60_000 && time <= HOUR_MS);
        assertThat(times.stream().distinct()).hasSizeGreaterThan(40);
        assertThat(config.rollMs(DIRECTORY)).isEqualTo(config.rollMs(DIRECTORY));
    }

    @Test
    void aSegmentOfAgeIsClosedByTheNextAppend() throws Exception {
        var log = open(new LogConfig(1 << 20, HOUR_MS, 4096, 1 << 20, -1, -1, false));
        log.append(batch(1), new Epoch(0));
        clock.advance(Duration.ofMillis(HOUR_MS - 1));
        log.append(batch(1), new Epoch(0));
        assertThat(segments(log)).isEqualTo(1);

        clock.advance(Duration.ofMillis(1));
        log.append(batch(1), new Epoch(0));

        assertThat(segments(log)).isEqualTo(2);
    }

    @Test
    void retentionFreesADiskThatHasNoRoomAtAll() throws Exception {
        var log = open(new LogConfig(20_000, Long.MAX_VALUE, 50, 1 << 20, -1, 30_000, false));
        while (segments(log) < 6) {
            log.append(batch(clock.wallMs()), new Epoch(0));
        }
        log.advanceHighWatermark(log.force());
        disk.capacity(disk.usedBytes());

        var start = log.deleteRecordsBefore(log.expiredBefore());

        assertThat(start).isPositive();
        assertThat(disk.usableBytes(DIRECTORY)).isGreaterThan(50_000);
        disk.crash();
        assertThat(open(LogConfig.DEFAULT).view().startOffset()).isEqualTo(start);
    }

    @Test
    void retentionDeletesWhatIsClosedAlsoWhereTheOpenSegmentCannotBeClosed() throws Exception {
        var config = new LogConfig(20_000, Long.MAX_VALUE, 50, 1 << 20, HOUR_MS, -1, false);
        var log = open(config);
        while (segments(log) < 4) {
            log.append(batch(clock.wallMs()), new Epoch(0));
        }
        log.advanceHighWatermark(log.force());
        clock.advance(Duration.ofMillis(HOUR_MS + 1));
        disk.capacity(disk.usedBytes());

        var start = log.deleteRecordsBefore(log.expiredBefore());
        assertThat(segments(log)).isEqualTo(1);
        assertThat(start).isLessThan(log.view().endOffset());

        assertThat(log.deleteRecordsBefore(log.expiredBefore()))
                .as("now there is room")
                .isEqualTo(log.view().endOffset());
    }

    private PartitionLog open(LogConfig config) throws IOException {
        return PartitionLog.open(DIRECTORY, config, disk, clock);
    }

    private static int segments(PartitionLog log) {
        return ((PublishedView) log.view()).segments().length;
    }

    private static ByteBuffer batch(long... timestampsMs) {
        var builder = new RecordBatchBuilder(Compression.ZSTD);
        for (var timestampMs : timestampsMs) {
            builder.append(timestampMs, null, "v".getBytes(UTF_8), List.of());
        }
        return builder.build();
    }

    private static void assertInvalidTimestamp(AppendResult result) {
        assertThat(result).isInstanceOfSatisfying(AppendResult.Rejected.class, rejected -> assertThat(rejected.error())
                .isEqualTo(ErrorCode.INVALID_TIMESTAMP));
    }
}
