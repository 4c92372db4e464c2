package org.isthmus.broker.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.FileStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real threads on a real disk: an owner that appends, one thread that forces beside it, readers that ask nobody. */
class LogThreadsTest {
    private static final int BATCHES = 3_000;
    private static final LogConfig CONFIG =
            new LogConfig(1 << 14, Long.MAX_VALUE, 512, 1 << 20, -1, -1, false).withCheckpointBytes(1 << 12);

    @TempDir
    Path directory;

    @Test
    void readersSeeWholeBatchesInOrderWhileOthersAppendAndForce() throws Exception {
        var log = PartitionLog.open(directory, CONFIG, FileStore.local(), Clock.system());
        var threads = Executors.newFixedThreadPool(3);
        try {
            var running = new ArrayList<Future<Long>>();
            running.add(threads.submit(forceAll(log)));
            running.add(threads.submit(readAll(log)));
            running.add(threads.submit(readAll(log)));
            for (var i = 0; i < BATCHES; i++) {
                log.append(batch(i), new Epoch(0));
            }
            for (var each : running) {
                assertThat(each.get(60, TimeUnit.SECONDS)).isEqualTo(BATCHES);
            }
        } finally {
            threads.shutdownNow();
        }
        log.close();
        try (var again = PartitionLog.open(directory, CONFIG, FileStore.local(), Clock.system())) {
            assertThat(readAll(again).call()).isEqualTo(BATCHES);
        }
    }

    private static Callable<Long> forceAll(PartitionLog log) {
        return () -> {
            var forced = 0L;
            while (forced < BATCHES) {
                var next = log.force();
                assertThat(next).isGreaterThanOrEqualTo(forced);
                forced = next;
            }
            return forced;
        };
    }

    private static Callable<Long> readAll(PartitionLog log) {
        return () -> {
            var offset = 0L;
            while (offset < BATCHES) {
                var slice = log.view().read(offset, Long.MAX_VALUE, 4_000, true);
                var buffer = ByteBuffer.allocate(slice.length());
                Files.readFully(slice.file(), buffer, slice.position());
                slice.release();
                for (var batch : RecordBatch.in(buffer)) {
                    batch.check();
                    assertThat(batch.baseOffset()).isEqualTo(offset);
                    assertThat(new String(batch.records().iterator().next().value(), UTF_8))
                            .startsWith(offset + ":");
                    offset = batch.nextOffset();
                }
            }
            return offset;
        };
    }

    private static ByteBuffer batch(int number) {
        return new RecordBatchBuilder(Compression.NONE)
                .append(1, null, (number + ":" + "x".repeat(number % 300)).getBytes(UTF_8), List.of())
                .build();
    }
}
