package org.isthmus.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.isthmus.broker.log.CommitJournal;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.log.PartitionLog;
import org.isthmus.broker.sim.SimClock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How forces of a directory's logs are gathered, with a disk whose rounds are begun by hand and take as long as is said. */
class GroupCommitTest {
    private static final long ROUND_NANOS = 300_000;

    private final Deque<Runnable> rounds = new ArrayDeque<>();
    private final List<String> forced = new ArrayList<>();
    private final List<Long> pauses = new ArrayList<>();
    private final SimClock clock = new SimClock();
    private Consumer<GroupCommit> duringForce = commit -> {};
    private Consumer<GroupCommit> duringPause = commit -> {};
    private final GroupCommit commit = new GroupCommit(rounds::add, side(Runnable::run), clock, pause());
    private final DirtyLog first = log(() -> force("first"));
    private final DirtyLog second = log(() -> force("second"));

    private static JournaledCommit side(Executor forces) {
        return new JournaledCommit(forces, () -> {}, failure -> {
            throw new AssertionError(failure);
        });
    }

    /** One that is only forced by itself. */
    private static DirtyLog log(Runnable force) {
        return new DirtyLog() {
            @Override
            public String name() {
                return "log";
            }

            @Override
            public Optional<Reached> force(Predicate<PartitionLog> isInJournal) {
                force.run();
                return Optional.empty();
            }

            @Override
            public Optional<Reached> take(CommitJournal journal, @Nullable LogView upTo) {
                throw new AssertionError("nobody's business");
            }

            @Override
            public void kept(PartitionLog opened, long offset) {
                throw new AssertionError("nothing is reached");
            }

            @Override
            public void lost(IOException cause) {
                throw new AssertionError(cause);
            }
        };
    }

    private GroupCommit.Pause pause() {
        return new GroupCommit.Pause() {
            @Override
            public void take(long longest) {
                pauses.add(longest);
                duringPause.accept(commit);
            }

            @Override
            public void end(Thread paused) {
                pauses.add(-1L);
            }
        };
    }

    private void force(String log) {
        forced.add(log);
        clock.advance(Duration.ofNanos(ROUND_NANOS));
        var meanwhile = duringForce;
        duringForce = commit -> {};
        meanwhile.accept(commit);
    }

    private void runRound() {
        rounds.remove().run();
    }

    @Test
    void logsThatAreDirtyShareARoundAndAreForcedOnce() {
        commit.add(first);
        commit.add(second);
        commit.add(first);

        runRound();

        assertThat(forced).containsExactlyInAnyOrder("first", "second");
        assertThat(rounds).isEmpty();
    }

    @Test
    void whatIsAppendedDuringAForceIsForcedByTheNextRound() {
        commit.add(first);
        duringForce = commit -> commit.add(first);

        runRound();
        assertThat(forced).containsExactly("first");
        runRound();

        assertThat(forced).containsExactly("first", "first");
        assertThat(rounds).isEmpty();
    }

    @Test
    void oneWhoWaitsForEachAnswerIsNeverHeldUp() {
        for (var i = 0; i < 10; i++) {
            commit.add(first);
            runRound();
        }

        assertThat(pauses).isEmpty();
    }

    @Test
    void roundWaitsForThoseThatTheLastOneAnsweredNoLongerThanThatTook() {
        commit.add(first);
        commit.add(first);
        runRound();
        commit.add(first);
        duringPause = commit -> commit.add(second);

        runRound();

        // The second is who ends the pause.
        assertThat(pauses).containsExactly(ROUND_NANOS, -1L);
        assertThat(forced).containsExactlyInAnyOrder("first", "first", "second");
        assertThat(rounds).isEmpty();
    }

    @Test
    void whoComesDuringAForceIsWaitedForWithThoseThatItAnswers() {
        commit.add(first);
        duringForce = commit -> commit.add(second);
        runRound();
        duringPause = commit -> commit.add(first);

        runRound();

        assertThat(pauses).containsExactly(ROUND_NANOS, -1L);
        assertThat(forced).containsExactlyInAnyOrder("first", "second", "first");
    }

    @Test
    void fewerAndFewerRoundsWaitWhereNobodyComes() {
        var waited = new ArrayList<Integer>();
        for (var round = 0; round < 20; round++) {
            commit.add(first);
            // Two were there once more at the end of every round, and one of them does not come back.
            duringForce = commit -> commit.add(second);
            runRound();
            runRound();
            if (!pauses.isEmpty()) {
                waited.add(round);
                pauses.clear();
            }
        }

        assertThat(waited).hasSizeLessThan(6);
        assertThat(waited.get(1) - waited.get(0)).isLessThan(waited.get(2) - waited.get(1));
    }

    @Test
    @Timeout(60)
    void severalLogsAreForcedAtTheSameTime() {
        Executor others = Executors.newCachedThreadPool(task -> {
            var thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        });
        var together = new GroupCommit(rounds::add, side(others), clock, pause());
        var bothAreForced = new CyclicBarrier(2);
        var met = new ArrayList<String>();
        for (var log : List.of("first", "second")) {
            together.add(log(() -> {
                try {
                    bothAreForced.await();
                    synchronized (met) {
                        met.add(log);
                    }
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }));
        }

        runRound();

        assertThat(met).containsExactlyInAnyOrder("first", "second");
    }
}
