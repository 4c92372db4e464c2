package org.isthmus.benchmarks.log;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.isthmus.broker.record.RecordBatch;
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
import org.openjdk.jmh.annotations.Warmup;

/** What a batch from the network costs before it is written: its checks with its checksum, and each of its records. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class BatchBenchmark {
    @Param({"100", "1024"})
    public int recordBytes;

    @Param({"1", "100"})
    public int records;

    private ByteBuffer batch;

    @Setup
    public void build() {
        batch = LongLog.batch(records, recordBytes);
    }

    @Benchmark
    public long validate() {
        var first = RecordBatch.first(batch);
        first.check();
        return first.nextOffset();
    }

    @Benchmark
    public long parse() {
        var bytes = 0L;
        for (var record : RecordBatch.first(batch).records()) {
            bytes += record.offset();
        }
        return bytes;
    }
}
