package org.isthmus.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.isthmus.broker.sim.Seeds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whole clusters, driven through crashes, pauses, parted networks and lost sessions in an order that the seed chooses. What must hold is in
 * {@link Truth}, and of what clients do in their {@link Workload}.
 */
class ClusterSimulationTest {
    /** What fails would be logged, and everything fails all the time. Held here, or the setting would be collected. */
    private static final Logger QUIET = Logger.getLogger("org.isthmus.broker");

    /** Seeds that found something once. */
    private static final long[] FOUND = {29, 70, 1_727};

    /** The last two find it where the fence of a broker's lives, or a new reign's tail, is left out. */
    private static final long[] FOUND_SHARING = {68, 87, 138, 149};

    private static final long[] FOUND_IN_SESSIONS = {135};

    private static final long[] FOUND_BURYING = {148, 175};

    private static final long[] NONE = {};

    @BeforeAll
    static void silence() {
        QUIET.setLevel(Level.OFF);
    }

    @AfterAll
    static void speak() {
        QUIET.setLevel(null);
    }

    @Test
    void nothingCommittedIsLostAndTheClusterComesBack() {
        assertThat(runEach(75, FOUND, Writing::new)).as("records read").isGreaterThan(1_000);
    }

    @Test
    void throttledReplicasComeInTheEndWithEverything() {
        assertThat(runEach(45, NONE, Writing::new, Throttling::new))
                .as("records read")
                .isGreaterThan(1_000);
    }

    @Test
    void transactionsAreAllOrNothingAndMoveRecordsOnce() {
        assertThat(runEach(24, NONE, Moving::new)).as("transactions committed").isGreaterThan(100);
    }

    @Test
    void whatIsAcknowledgedNeverComesAgainAndNothingElseIsLost() {
        assertThat(runEach(60, FOUND_SHARING, Sharing::new))
                .as("records acknowledged")
                .isGreaterThan(1_000);
    }

    @Test
    void whatASessionHoldsIsItsOwnUntilThatEnds() {
        assertThat(runEach(30, FOUND_IN_SESSIONS, Sharing::inSessions))
                .as("records acknowledged")
                .isGreaterThan(500);
    }

    @Test
    void whatAGroupGivesUpLeavesADeadLetter() {
        assertThat(runEach(30, FOUND_BURYING, Sharing::burying))
                .as("records acknowledged")
                .isGreaterThan(500);
    }

    @Test
    void committedOffsetsNeverGoBackAlsoWhereTheirLogIsCompacted() {
        var committed = new AtomicLong();
        var compactedAway = new AtomicLong();
        Seeds.each(24, seed -> {
            var outcome = run(seed, Committing::new);
            committed.addAndGet(outcome.achieved());
            compactedAway.addAndGet(outcome.compactedAway());
        });
        assertThat(committed).as("offsets committed").hasValueGreaterThan(500);
        assertThat(compactedAway).as("records that were compacted away").hasValueGreaterThan(100);
    }

    @Test
    void whatIsSentForLaterComesOnceAndNotBeforeItsTime() {
        assertThat(runEach(45, NONE, Delaying::new)).as("records that waited").isGreaterThan(1_000);
    }

    @Test
    void aPartitionIsReadByOneMemberAtATimeAndWhoIsReplacedCommitsNothing() {
        assertThat(runEach(30, NONE, Belonging::new)).as("offsets committed").isGreaterThan(500);
    }

    @Test
    void allOfItHoldsTogether() {
        assertThat(runEach(6, NONE, Writing::new, Moving::new, Committing::new, Delaying::new))
                .as("records read, transactions and offsets committed, records that waited")
                .isGreaterThan(500);
    }

    @Test
    void aSeedReplaysExactly() {
        for (var seed = 0L; seed < 3; seed++) {
            assertThat(run(seed, Writing::new)).isEqualTo(run(seed, Writing::new));
        }
        assertThat(run(0, Moving::new, Committing::new)).isEqualTo(run(0, Moving::new, Committing::new));
        assertThat(run(0, Writing::new, Throttling::new)).isEqualTo(run(0, Writing::new, Throttling::new));
    }

    /** Returns how much came of it, which is what the test is about. */
    private static long runEach(long few, long[] found, Workload.Kind... kinds) {
        var achieved = new AtomicLong();
        Seeds.each(few, seed -> achieved.addAndGet(run(seed, kinds).achieved()), found);
        return achieved.get();
    }

    private record Outcome(long achieved, long compactedAway, long history) {}

    private static Outcome run(long seed, Workload.Kind... kinds) {
        var world = new ClusterWorld(seed, List.of(kinds));
        try {
            return new Outcome(
                    world.run(), world.compactedAway(), world.history().hash());
        } catch (Throwable failure) {
            throw new AssertionError(
                    failure.getMessage() + "\nSeed " + seed + " ends with:"
                            + world.history().tail(),
                    failure);
        }
    }
}
