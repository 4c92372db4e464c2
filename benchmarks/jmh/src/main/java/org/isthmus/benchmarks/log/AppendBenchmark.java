package org.isthmus.benchmarks.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.log.AppendResult;
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

/** One append of a batch into the page cache: checked, stamped, written, indexed, published. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class AppendBenchmark {
    private static final Epoch EPOCH = new Epoch(0);

    @Param({"100", "1024"})
    public int recordBytes;

    @Param({"1", "100"})
    public int records;

    private Path directory;
    private PartitionLog log;
    private ByteBuffer batch;

    // Anew each time, so that the disk holds what a few seconds write and not more.
    @Setup(Level.Iteration)
    public void open() throws IOException {
        directory = Files.createTempDirectory("isthmus-append");
        log = PartitionLog.open(directory, LogConfig.DEFAULT, FileStore.local(), Clock.system());
        batch = LongLog.batch(records, recordBytes);
    }

    @Benchmark
    public AppendResult append() throws IOException {
        return log.append(batch.duplicate(), EPOCH);
    }

    @TearDown(Level.Iteration)
    public void close() throws IOException {
        log.close();
        LongLog.deleteTree(directory);
    }
}
