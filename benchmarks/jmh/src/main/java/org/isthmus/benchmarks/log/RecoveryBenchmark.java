package org.isthmus.benchmarks.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.log.LogConfig;
import org.isthmus.broker.log.PartitionLog;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.FileStore;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Opening a log that was not closed: 16 MiB, of records of 100 bytes and of 1 KiB, are walked and checked. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3)
@Measurement(iterations = 5)
public class RecoveryBenchmark {
    private static final int BYTES = 16 << 20;

    @Param({"100", "1024"})
    public int recordBytes;

    private Path directory;
    private PartitionLog recovered;

    @Setup(Level.Invocation)
    public void dieWithAnOpenLog() throws IOException {
        directory = Files.createTempDirectory("isthmus-recovery");
        var log = PartitionLog.open(directory, LogConfig.DEFAULT, FileStore.local(), Clock.system());
        var batch = LongLog.batch(Math.max(1, 10_000 / recordBytes), recordBytes);
        for (var written = 0; written < BYTES; written += batch.remaining()) {
            log.append(batch.duplicate(), new Epoch(0));
        }
    }

    @Benchmark
    public long recover() throws IOException {
        recovered = PartitionLog.open(directory, LogConfig.DEFAULT, FileStore.local(), Clock.system());
        return recovered.view().endOffset();
    }

    @TearDown(Level.Invocation)
    public void delete() throws IOException {
        recovered.close();
        LongLog.deleteTree(directory);
    }
}
