package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.isthmus.broker.sim.Seeds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Applications that send to and consume from a queue, through lost connections, killed processes and a broker that dies, in an order that the seed
 * chooses. What must hold is in {@link JmsLedger}.
 */
class JmsSimulationTest {
    /** What fails would be logged, and everything fails all the time. Held here, or the setting would be collected. */
    private static final Logger QUIET = Logger.getLogger("org.isthmus");

    /** Seeds that found something once. */
    private static final long[] FOUND = {67, 82, 204, 411};

    private static final long[] FOUND_VARIED = {37, 136, 542, 1011};

    @BeforeAll
    static void silence() {
        QUIET.setLevel(Level.OFF);
    }

    @AfterAll
    static void speak() {
        QUIET.setLevel(null);
    }

    @Test
    void eachMessageIsHandedToOneAndAcknowledgedOnceWhateverIsLost() {
        var seen = new AtomicLong();
        Seeds.each(100, seed -> seen.addAndGet(run(seed).seen()), FOUND);
        assertThat(seen).as("messages that were handed out").hasValueGreaterThan(50);
    }

    @Test
    void soItIsWithWhateverElseTheySendAndConsume() {
        var seen = new AtomicLong();
        Seeds.each(30, seed -> seen.addAndGet(runVaried(seed).seen()), FOUND_VARIED);
        assertThat(seen).as("messages that were handed out").hasValueGreaterThan(50);
    }

    @Test
    void aSeedReplaysExactly() {
        for (var seed = 0L; seed < 3; seed++) {
            assertThat(run(seed)).isEqualTo(run(seed));
            assertThat(runVaried(seed)).isEqualTo(runVaried(seed));
        }
    }

    private record Outcome(long seen, long history) {}

    private static Outcome run(long seed) {
        return run(seed, JmsFeatures.PLAIN);
    }

    private static Outcome runVaried(long seed) {
        return run(seed, JmsFeatures.some(new Random(~seed)));
    }

    private static Outcome run(long seed, JmsFeatures features) {
        var world = new JmsWorld(seed, features);
        try {
            return new Outcome(world.run(), world.history().hash());
        } catch (Throwable failure) {
            throw new AssertionError(
                    failure.getMessage() + "\nSeed " + seed + " with " + features + " ends with:"
                            + world.history().tail(),
                    failure);
        }
    }
}
