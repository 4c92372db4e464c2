package org.isthmus.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Drives the real log on a simulated disk through random schedules. {@code -Disthmus.sim.seeds=n} tries more seeds, {@code
 * -Disthmus.sim.seed=s} replays one.
 */
class LogSimulationTest {
    private static final int STEPS = 120;

    /** Seeds that found something once. */
    private static final long[] FOUND = {};

    @Test
    void nothingForcedIsLostAndNothingIsInvented() {
        var one = Long.getLong("isthmus.sim.seed");
        var count = Long.getLong("isthmus.sim.seeds", 1_500);
        var seeds =
                one != null ? LongStream.of(one) : LongStream.concat(LongStream.of(FOUND), LongStream.range(0, count));
        seeds.forEach(LogSimulationTest::run);
    }

    @Test
    void aSeedReplaysExactly() {
        for (var seed = 0L; seed < 20; seed++) {
            assertThat(run(seed)).isEqualTo(run(seed));
        }
    }

    private static ArrayList<String> run(long seed) {
        var world = new LogWorld(new Random(seed));
        try {
            world.open();
            for (var step = 0; step < STEPS; step++) {
                world.step();
            }
            return world.history();
        } catch (Throwable failure) {
            var history = world.history();
            throw new AssertionError(
                    "Seed " + seed + " fails; replay it with -Disthmus.sim.seed=" + seed + "\n  "
                            + String.join("\n  ", history.subList(Math.max(0, history.size() - 40), history.size())),
                    failure);
        }
    }
}
