package org.isthmus.broker.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import org.isthmus.broker.sim.SimClock;
import org.junit.jupiter.api.Test;

/** When a thread that serves others does what blocks itself, by a clock that stands still unless it is moved. */
class SpareTimeTest {
    private static final long FORCE_NANOS = 150_000;
    private static final long ANSWER_NANOS = 80_000;

    private final Queue<Runnable> behind = new ArrayDeque<>();
    private final SimClock clock = new SimClock();
    private boolean diskIsBusy;
    private int handedOver;
    private final SpareTime spare = new SpareTime(behind::add, clock);
    private final EventLoop disk = new EventLoop() {
        @Override
        public void execute(Runnable task) {
            handedOver++;
        }

        @Override
        public boolean perform(Runnable task, BooleanSupplier goesOn) {
            if (diskIsBusy) {
                execute(task);
                return false;
            }
            task.run();
            return true;
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            throw new AssertionError("nobody's business");
        }

        @Override
        public boolean inLoop() {
            throw new AssertionError("nobody's business");
        }
    };

    /** Serves one who comes so long after what was done before, and says whether what that led to was done here. */
    private boolean serve(long afterNanos, long taskNanos) {
        var before = handedOver;
        pass(afterNanos);
        spare.serves();
        spare.take(new Errand(disk, () -> pass(taskNanos)));
        endTurn();
        return handedOver == before;
    }

    private void pass(long nanos) {
        clock.advance(Duration.ofNanos(nanos));
    }

    private void endTurn() {
        while (!behind.isEmpty()) {
            behind.remove().run();
        }
    }

    @Test
    void whoComesOnlyWhenItIsAnsweredIsServedThroughout() {
        for (var i = 0; i < 100; i++) {
            assertThat(serve(ANSWER_NANOS, FORCE_NANOS)).isTrue();
        }
    }

    @Test
    void whereOthersComeMeanwhileItIsLeftMoreAndMoreOften() {
        assertThat(occasions(1_000, FORCE_NANOS)).startsWith(0, 2, 6, 14, 30);
    }

    @Test
    void soItIsWhereTheDiskIsSlow() {
        assertThat(occasions(ANSWER_NANOS, 5_000_000)).startsWith(0, 2, 6, 14, 30);
    }

    @Test
    void whatTheThreadIsNotTheOnlyOneToAskForIsLeft() {
        spare.serves();
        spare.take(new Errand(disk, () -> pass(FORCE_NANOS)));
        spare.serves();
        spare.take(new Errand(disk, () -> pass(FORCE_NANOS)));
        endTurn();

        assertThat(handedOver).isEqualTo(2);
        assertThat(serve(ANSWER_NANOS, FORCE_NANOS)).isTrue();
    }

    @Test
    void nothingIsLearntFromWhatTheDisksThreadDid() {
        for (var i = 0; i < 4; i++) {
            serve(1_000, FORCE_NANOS);
        }
        diskIsBusy = true;
        assertThat(occasions(ANSWER_NANOS, FORCE_NANOS)).isEmpty();
        diskIsBusy = false;

        assertThat(occasions(1_000, FORCE_NANOS)).startsWith(0, 8, 24);
    }

    @Test
    void onceNobodyComesMeanwhileItIsDoneEachTimeAgain() {
        for (var i = 0; i < 3; i++) {
            serve(1_000, FORCE_NANOS);
        }
        while (!serve(ANSWER_NANOS, FORCE_NANOS)) {
            pass(1);
        }

        for (var i = 0; i < 100; i++) {
            assertThat(serve(ANSWER_NANOS, FORCE_NANOS)).isTrue();
        }
    }

    private List<Integer> occasions(long afterNanos, long taskNanos) {
        var done = new ArrayList<Integer>();
        for (var i = 0; i < 40; i++) {
            if (serve(afterNanos, taskNanos)) {
                done.add(i);
            }
        }
        return done;
    }
}
