package org.isthmus.benchmarks.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.isthmus.broker.log.LogConfig;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.log.PartitionLog;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.FileStore;

/**
 * A log of any number of segments, made by the log itself from batches that stand far apart: each segment is as many offsets long as one of
 * 1 GiB that is full of records of 100 bytes, and holds a few batches of them. So 10,000 segments have the offsets of 10 TiB in some hundred
 * megabytes. Deleted when closed.
 */
final class LongLog implements AutoCloseable {
    static final long OFFSETS_IN_SEGMENT = (1L << 30) / 100;
    static final LogConfig SERVING = LogConfig.DEFAULT;

    private static final int BATCHES_IN_SEGMENT = 8;
    private static final int BATCH_BYTES = 1024;
    private static final int FORCED_TOGETHER = 1_000;
    private static final LogConfig FILLING = new LogConfig(
            BATCHES_IN_SEGMENT * (BATCH_BYTES + RecordBatch.HEADER_BYTES + 32),
            Long.MAX_VALUE,
            1,
            1 << 20,
            -1,
            -1,
            false);

    private final Path directory;
    private final long segments;
    private PartitionLog log;

    LongLog(int segments) throws IOException {
        this.directory = Files.createTempDirectory("isthmus-long-log");
        this.segments = segments;
        this.log = PartitionLog.open(directory.resolve("log"), FILLING, FileStore.local(), Clock.system());
        fill();
    }

    private void fill() throws IOException {
        var step = OFFSETS_IN_SEGMENT / BATCHES_IN_SEGMENT;
        for (var number = 0L; number < segments * BATCHES_IN_SEGMENT; number++) {
            var batch = batch(1, BATCH_BYTES);
            RecordBatch.first(batch).stamp(number * step, 0);
            log.appendReplicated(batch);
            if (number % FORCED_TOGETHER == 0) {
                log.force();
            }
        }
        log.close();
        open();
    }

    /** Opens it as a broker would after a clean stop. */
    void open() throws IOException {
        log = PartitionLog.open(directory.resolve("log"), SERVING, FileStore.local(), Clock.system());
    }

    PartitionLog log() {
        return log;
    }

    /** The offset of a batch anywhere in the log. */
    long anyOffset(Random random) {
        var step = OFFSETS_IN_SEGMENT / BATCHES_IN_SEGMENT;
        return random.nextLong(segments * BATCHES_IN_SEGMENT) * step;
    }

    /** Finds and reads a batch, as a fetch does; returns its bytes. */
    static int read(LogView view, long offset, ByteBuffer into) throws IOException {
        var slice = view.read(offset, view.endOffset(), 1, true);
        try {
            into.clear().limit(slice.length());
            return slice.file().read(into, slice.position());
        } finally {
            slice.release();
        }
    }

    static ByteBuffer batch(int records, int recordBytes) {
        var builder = new RecordBatchBuilder(Compression.NONE);
        var value = new byte[recordBytes];
        new Random(records).nextBytes(value);
        for (var i = 0; i < records; i++) {
            builder.append(1_000_000, null, value, List.of());
        }
        return builder.build();
    }

    static void deleteTree(Path directory) throws IOException {
        try (var paths = Files.walk(directory)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Override
    public void close() throws IOException {
        log.close();
        deleteTree(directory);
    }
}
