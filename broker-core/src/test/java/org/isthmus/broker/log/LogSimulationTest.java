package org.isthmus.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.isthmus.broker.sim.Seeds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Drives the real log on a simulated disk through random schedules, each with and without compaction.
 */
class LogSimulationTest {
    private static final int STEPS = 120;

    /** Every torn tail and failed disk would be logged, and there are thousands. Held here, or the setting would be collected. */
    private static final Logger QUIET = Logger.getLogger("org.isthmus.broker.log");

    /** Seeds that found something once. */
    private static final long[] FOUND = {
        43, 50, 83, 113, 437, 656, 2_223, 233, 555, 1_472, 2_058, 725, 1_262, 3_535, 8_681, 11_670, 16_671, 17_331,
        49_840, 8_721, 76_177
    };

    @BeforeAll
    static void silence() {
        QUIET.setLevel(Level.OFF);
    }

    @AfterAll
    static void speak() {
        QUIET.setLevel(null);
    }

    @Test
    void nothingForcedIsLostAndNothingIsInvented() {
        Seeds.each(
                1000,
                seed -> {
                    run(seed, false);
                    run(seed, true);
                },
                FOUND);
    }

    @Test
    void aSeedReplaysExactly() {
        for (var seed = 0L; seed < 5; seed++) {
            assertThat(run(seed, false)).isEqualTo(run(seed, false));
            assertThat(run(seed, true)).isEqualTo(run(seed, true));
        }
    }

    private static ArrayList<String> run(long seed, boolean compacted) {
        var world = new LogWorld(new Random(seed), compacted);
        try {
            world.open();
            for (var step = 0; step < STEPS; step++) {
                world.step();
            }
            return world.history();
        } catch (Throwable failure) {
            var history = world.history();
            throw new AssertionError(
                    "Seed " + seed + (compacted ? ", compacted," : "") + " fails:" + "\n  "
                            + String.join("\n  ", history.subList(Math.max(0, history.size() - 40), history.size())),
                    failure);
        }
    }
}
