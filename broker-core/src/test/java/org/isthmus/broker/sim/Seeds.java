package org.isthmus.broker.sim;

import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/**
 * The seeds that a simulation runs: a few where nobody says more, {@code -Disthmus.sim.seeds=n} for the first n, {@code
 * -Disthmus.sim.seed=s} for that one alone. A long run says where it is.
 */
public final class Seeds {
    private static final int TOLD = 10_000;

    private Seeds() {}

    /**
     * Runs the schedule of each seed; a failure names its seed.
     *
     * @param few how many seeds where nobody says more
     * @param found seeds that found something once, which are always run
     */
    public static void each(long few, LongConsumer schedule, long... found) {
        var one = Long.getLong("isthmus.sim.seed");
        var count = Long.getLong("isthmus.sim.seeds", few);
        var seeds =
                one != null ? LongStream.of(one) : LongStream.concat(LongStream.of(found), LongStream.range(0, count));
        seeds.forEach(seed -> {
            try {
                schedule.accept(seed);
            } catch (Throwable failure) {
                throw new AssertionError(
                        "Replay it with -Disthmus.sim.seed=" + seed + ": " + failure.getMessage(), failure);
            }
            if (seed > 0 && seed % TOLD == 0) {
                System.err.println("seeds below " + seed + " of " + count + " held");
            }
        });
    }
}
