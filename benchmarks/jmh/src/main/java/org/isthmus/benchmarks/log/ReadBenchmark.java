package org.isthmus.benchmarks.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Finding a place in the log, and reading a batch of 1 KiB, in a log of one segment and of 10,000. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class ReadBenchmark {
    @Param({"1", "10000"})
    public int segments;

    private final Random random = new Random(1);
    private final ByteBuffer buffer = ByteBuffer.allocate(4096);
    private LongLog log;
    private long last;

    @Setup
    public void fill() throws IOException {
        log = new LongLog(segments);
        last = log.log().view().endOffset() - 1;
    }

    /** By the segments and their indexes; nothing of the records is read but the headers that are walked. */
    @Benchmark
    public int lookUp() throws IOException {
        var view = log.log().view();
        var slice = view.read(log.anyOffset(random), view.endOffset(), 1, true);
        slice.release();
        return slice.length();
    }

    @Benchmark
    public int readAtTheTail() throws IOException {
        return LongLog.read(log.log().view(), last, buffer);
    }

    @TearDown
    public void delete() throws IOException {
        log.close();
    }
}
