package org.isthmus.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.isthmus.broker.sim.Seeds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whole clusters, driven through crashes, pauses, parted networks and lost sessions in an order that the seed chooses. What must hold is in
 * {@link Truth}.
 */
class ClusterSimulationTest {
    /** What fails would be logged, and everything fails all the time. Held here, or the setting would be collected. */
    private static final Logger QUIET = Logger.getLogger("org.isthmus.broker");

    /** Seeds that found something once. */
    private static final long[] FOUND = {29, 70, 1_727};

    private static long committed;

    @BeforeAll
    static void silence() {
        QUIET.setLevel(Level.OFF);
    }

    @AfterAll
    static void speak() {
        QUIET.setLevel(null);
        assertThat(committed)
                .as("records that were committed, so that this test is about something")
                .isGreaterThan(1_000);
    }

    @Test
    void nothingCommittedIsLostAndTheClusterComesBack() {
        Seeds.each(25, seed -> committed += run(seed).committed(), FOUND);
    }

    @Test
    void aSeedReplaysExactly() {
        for (var seed = 0L; seed < 3; seed++) {
            assertThat(run(seed)).isEqualTo(run(seed));
        }
    }

    private record Outcome(long committed, long history) {}

    private static Outcome run(long seed) {
        var world = new ClusterWorld(seed, List.of(Writing::new));
        try {
            return new Outcome(world.run(), world.history().hash());
        } catch (Throwable failure) {
            throw new AssertionError(
                    failure.getMessage() + "\nSeed " + seed + " ends with:"
                            + world.history().tail(),
                    failure);
        }
    }
}
