package org.isthmus.broker.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimDisk;
import org.junit.jupiter.api.Test;

/** The room behind the last batch of a log that is forced after each append: it is there for the disk, and for nobody else. */
class SegmentRoomTest {
    private static final Path DIRECTORY = Path.of("/data/topic-0");
    private static final int ROOM = 16 << 10;
    private static final LogConfig LARGE = config(1 << 20);

    private final SimDisk disk = new SimDisk(new Random(1));

    @Test
    void aLogThatIsForcedAfterEachAppendDoesNotGrowWithEach() throws Exception {
        var log = open(LARGE);
        appendForced(log, 3);
        var size = fileSize(log);
        assertThat(size).isGreaterThan(ROOM);
        appendForced(log, 20);
        assertThat(fileSize(log)).isEqualTo(size);
        assertThat(readAll(log)).isEqualTo(23);
    }

    @Test
    void aLogThatIsSeldomForcedHasNoRoom() throws Exception {
        var log = open(LARGE);
        for (var i = 0; i < 100; i++) {
            log.append(batch(), new Epoch(0));
        }
        log.force();
        log.append(batch(), new Epoch(0));
        assertThat(fileSize(log)).isEqualTo(101L * batch().remaining());
    }

    @Test
    void aClosedLogEndsWithItsLastBatch() throws Exception {
        var log = open(LARGE);
        appendForced(log, 10);
        log.close();
        assertThat(fileSize(log)).isEqualTo(10L * batch().remaining());
    }

    @Test
    void aClosedSegmentEndsWithItsLastBatch() throws Exception {
        var log = open(config(2_000));
        appendForced(log, 100);
        var segments = ((PublishedView) log.view()).segments();
        assertThat(segments.length).isGreaterThan(3);
        for (var i = 0; i + 1 < segments.length; i++) {
            assertThat(disk.size(LogSegment.path(DIRECTORY, segments[i].baseOffset(), ".log")))
                    .isEqualTo(segments[i].size());
        }
    }

    @Test
    void recoveryTakesRoomForTheEnd() throws Exception {
        var log = open(LARGE);
        appendForced(log, 10);
        disk.killProcess();
        var again = open(LARGE);
        assertThat(again.view().endOffset()).isEqualTo(10);
        assertThat(fileSize(again)).isEqualTo(10L * batch().remaining());
        appendForced(again, 10);
        disk.crash();
        assertThat(readAll(open(LARGE))).isEqualTo(20);
    }

    /** The machine may have forgotten that the room was cut, and have what came after it. */
    @Test
    void segmentsBehindOneWithRoomAreKept() throws Exception {
        var log = open(config(2_000));
        appendForced(log, 60);
        var segments = ((PublishedView) log.view()).segments();
        disk.killProcess();
        disk.delete(DIRECTORY.resolve("checkpoint"));
        try (var file = disk.open(LogSegment.path(DIRECTORY, segments[0].baseOffset(), ".log"))) {
            file.write(ByteBuffer.allocate(ROOM), file.size());
        }
        assertThat(readAll(open(config(2_000)))).isEqualTo(60);
    }

    @Test
    void aDiskWithoutRoomToSpareStillTakesWhatFits() throws Exception {
        var log = open(LARGE);
        disk.capacity(disk.usedBytes() + 40L * batch().remaining());
        appendForced(log, 30);
        assertThat(fileSize(log)).isEqualTo(30L * batch().remaining());
    }

    private PartitionLog open(LogConfig config) throws IOException {
        return PartitionLog.open(DIRECTORY, config, disk, new SimClock());
    }

    private static LogConfig config(int segmentBytes) {
        return new LogConfig(segmentBytes, Long.MAX_VALUE, 200, 1 << 20, -1, -1, false);
    }

    private long fileSize(PartitionLog log) {
        var segments = ((PublishedView) log.view()).segments();
        return disk.size(LogSegment.path(DIRECTORY, segments[segments.length - 1].baseOffset(), ".log"));
    }

    private static void appendForced(PartitionLog log, int count) throws IOException {
        for (var i = 0; i < count; i++) {
            assertThat(log.append(batch(), new Epoch(0))).isInstanceOf(AppendResult.Appended.class);
            log.force();
        }
    }

    private static long readAll(PartitionLog log) throws IOException {
        var view = log.view();
        var next = view.startOffset();
        while (next < view.endOffset()) {
            var one = view.read(next, view.endOffset(), 1, true);
            var buffer = ByteBuffer.allocate(one.length());
            Files.readFully(one.file(), buffer, one.position());
            one.release();
            var batch = RecordBatch.first(buffer);
            batch.check();
            next = batch.nextOffset();
        }
        return next;
    }

    private static ByteBuffer batch() {
        return new RecordBatchBuilder(Compression.NONE)
                .append(1, null, "value".getBytes(UTF_8), List.of())
                .build();
    }
}
