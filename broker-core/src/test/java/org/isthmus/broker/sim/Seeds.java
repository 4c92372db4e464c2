package org.isthmus.broker.sim;

import java.util.PrimitiveIterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The seeds that a simulation runs: a few where nobody says more, {@code -Disthmus.sim.seeds=n} for the first n, {@code
 * -Disthmus.sim.seed=s} for that one alone. Each runs on one thread, and on each processor runs one. A long run says where it is.
 */
public final class Seeds {
    private static final int TOLD = 10_000;

    private final PrimitiveIterator.OfLong left;
    private final long count;
    private final LongConsumer schedule;
    private @Nullable AssertionError failure;

    private Seeds(LongStream seeds, long count, LongConsumer schedule) {
        this.left = seeds.iterator();
        this.count = count;
        this.schedule = schedule;
    }

    /**
     * Runs the schedule of each seed, until one fails; the failure names that one.
     *
     * @param few how many seeds where nobody says more
     * @param schedule may be run by several threads at a time
     * @param found seeds that found something once, which are always run
     */
    public static void each(long few, LongConsumer schedule, long... found) {
        var one = Long.getLong("isthmus.sim.seed");
        var count = Long.getLong("isthmus.sim.seeds", few);
        var seeds =
                one != null ? LongStream.of(one) : LongStream.concat(LongStream.of(found), LongStream.range(0, count));
        new Seeds(seeds, count, schedule).run();
    }

    private void run() {
        int processors = Runtime.getRuntime().availableProcessors();
        var threads = Executors.newFixedThreadPool(processors, work -> {
            var thread = new Thread(work, "seeds");
            thread.setDaemon(true);
            return thread;
        });
        try {
            CompletableFuture.allOf(Stream.generate(() -> CompletableFuture.runAsync(this::runSome, threads))
                            .limit(processors)
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
        } finally {
            threads.shutdown();
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void runSome() {
        for (var seed = next(); seed != null; seed = next()) {
            try {
                schedule.accept(seed);
            } catch (Throwable thrown) {
                failed(new AssertionError(
                        "Replay it with -Disthmus.sim.seed=" + seed + ": " + thrown.getMessage(), thrown));
            }
            if (seed > 0 && seed % TOLD == 0) {
                System.err.println("seeds around " + seed + " of " + count + " held");
            }
        }
    }

    private synchronized @Nullable Long next() {
        return failure == null && left.hasNext() ? left.next() : null;
    }

    private synchronized void failed(AssertionError first) {
        failure = failure == null ? first : failure;
    }
}
