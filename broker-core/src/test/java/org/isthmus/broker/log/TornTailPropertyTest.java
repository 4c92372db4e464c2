package org.isthmus.broker.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimDisk;

/** A log whose tail was cut anywhere, and followed by anything, opens with every record that was whole in what is left. */
class TornTailPropertyTest {
    private static final Path DIRECTORY = Path.of("/data/topic-0");
    private static final LogConfig CONFIG = new LogConfig(1_000, Long.MAX_VALUE, 150, 1 << 20, -1, -1, false);

    @Property(tries = 500)
    void aLogWithATornTailOpensWithEverythingForcedIntact(
            @ForAll @Size(min = 1, max = 25) List<@IntRange(min = 0, max = 400) Integer> values,
            @ForAll @IntRange(min = 0, max = 25) int forcedBatches,
            @ForAll int cut,
            @ForAll byte[] garbage)
            throws IOException {
        var disk = new SimDisk(new Random(1));
        var log = PartitionLog.open(DIRECTORY, CONFIG, disk, new SimClock());
        var forced = 0L;
        for (var i = 0; i < values.size(); i++) {
            log.append(batch("x".repeat(values.get(i)) + i), new Epoch(0));
            if (i == forcedBatches) {
                forced = log.force();
            }
        }
        var last = LogSegment.path(DIRECTORY, lastBase(log), ".log");
        var boundary = forced > lastBase(log) ? endOf(log, forced) : 0;
        disk.killProcess();
        try (var file = disk.open(last)) {
            var size = boundary + Math.floorMod(cut, (int) (file.size() - boundary + 1));
            file.truncate(size);
            file.write(ByteBuffer.wrap(garbage), size);
        }

        var again = PartitionLog.open(DIRECTORY, CONFIG, disk, new SimClock());

        assertThat(again.view().endOffset()).isBetween(forced, (long) values.size());
        for (var offset = 0L; offset < again.view().endOffset(); offset++) {
            var slice = again.view().read(offset, offset + 1, 1, true);
            var buffer = ByteBuffer.allocate(slice.length());
            Files.readFully(slice.file(), buffer, slice.position());
            slice.release();
            var record = RecordBatch.first(buffer).records().iterator().next();
            assertThat(record.offset()).isEqualTo(offset);
            assertThat(new String(record.value(), UTF_8)).isEqualTo("x".repeat(values.get((int) offset)) + offset);
        }
        assertThat(again.append(batch("next"), new Epoch(1))).isInstanceOf(AppendResult.Appended.class);
    }

    private static long lastBase(PartitionLog log) {
        var segments = ((PublishedView) log.view()).segments();
        return segments[segments.length - 1].baseOffset();
    }

    /** Position in the last segment at which the batches below the offset end. */
    private static int endOf(PartitionLog log, long offset) throws IOException {
        var view = (PublishedView) log.view();
        return view.segments()[view.segments().length - 1].boundaryOf(offset, view.endPosition());
    }

    private static ByteBuffer batch(String value) {
        return new RecordBatchBuilder(Compression.NONE)
                .append(1, null, value.getBytes(UTF_8), List.of())
                .build();
    }
}
