package org.isthmus.benchmarks.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.isthmus.broker.common.Epoch;

/**
 * What an append and a read cost in logs of 1 to 10,000 segments, as a table and as a plot. Medians, because the machine has other work too.
 * Written to the directory that the argument names.
 */
public final class CostAgainstSize {
    private static final int[] SEGMENTS = {1, 10, 100, 1_000, 10_000};
    private static final int PLACES = 1_000;
    private static final int ROUNDS = 10;
    private static final Epoch EPOCH = new Epoch(0);

    private CostAgainstSize() {}

    /** Microseconds. */
    private record Cost(int segments, double append, double tailRead, double read, double firstRead, double opening) {
        String csv() {
            return String.format(
                    Locale.ROOT,
                    "%d,%.1f,%.2f,%.2f,%.2f,%.2f,%.0f",
                    segments,
                    segments * LongLog.OFFSETS_IN_SEGMENT / 1e9,
                    append,
                    tailRead,
                    read,
                    firstRead,
                    opening);
        }
    }

    public static void main(String[] arguments) throws IOException {
        var target = Path.of(arguments.length == 0 ? "." : arguments[0]);
        // Once for nothing, so that the first size does not pay for the compiler.
        measure(SEGMENTS[1]);
        var costs = new ArrayList<Cost>();
        for (var segments : SEGMENTS) {
            var cost = measure(segments);
            System.out.println(cost);
            costs.add(cost);
        }
        write(target, costs);
    }

    private static void write(Path target, List<Cost> costs) throws IOException {
        var csv = new StringBuilder(
                "segments,billion offsets,append us,tail read us,random read us,first read of a segment us,opening us\n");
        costs.forEach(cost -> csv.append(cost.csv()).append('\n'));
        Files.writeString(target.resolve("cost-against-size.csv"), csv);
        var plot =
                new Plot("Cost against size: medians, batches of 1 KiB", "segments of 1 GiB", "microseconds", SEGMENTS);
        plot.line(
                "opening after a clean stop",
                costs.stream().mapToDouble(Cost::opening).toArray());
        plot.line(
                "first read of a segment",
                costs.stream().mapToDouble(Cost::firstRead).toArray());
        plot.line("append", costs.stream().mapToDouble(Cost::append).toArray());
        plot.line("random read", costs.stream().mapToDouble(Cost::read).toArray());
        plot.line("tail read", costs.stream().mapToDouble(Cost::tailRead).toArray());
        Files.writeString(target.resolve("cost-against-size.svg"), plot.svg());
    }

    private static Cost measure(int segments) throws IOException {
        try (var log = new LongLog(segments)) {
            var opening = new double[5];
            for (var i = 0; i < opening.length; i++) {
                log.log().close();
                var from = System.nanoTime();
                log.open();
                opening[i] = microsSince(from);
            }
            var buffer = ByteBuffer.allocate(4096);
            var random = new Random(segments);
            var places = random.longs(PLACES, 0, 1)
                    .map(unused -> log.anyOffset(random))
                    .toArray();
            var first = reads(log, places, 1, buffer);
            var again = reads(log, places, ROUNDS, buffer);
            var last = new long[PLACES];
            Arrays.fill(last, log.log().view().endOffset() - 1);
            var tail = reads(log, last, ROUNDS, buffer);
            return new Cost(
                    segments, median(appends(log)), median(tail), median(again), median(first), median(opening));
        }
    }

    private static double[] reads(LongLog log, long[] offsets, int rounds, ByteBuffer buffer) throws IOException {
        var micros = new double[offsets.length * rounds];
        for (var i = 0; i < micros.length; i++) {
            var from = System.nanoTime();
            LongLog.read(log.log().view(), offsets[i % offsets.length], buffer);
            micros[i] = microsSince(from);
        }
        return micros;
    }

    private static double[] appends(LongLog log) throws IOException {
        var micros = new double[PLACES * ROUNDS];
        for (var i = 0; i < micros.length; i++) {
            var batch = LongLog.batch(1, 1024);
            var from = System.nanoTime();
            log.log().append(batch, EPOCH);
            micros[i] = microsSince(from);
        }
        return micros;
    }

    private static double microsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e3;
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }
}
