package org.isthmus.broker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ThreadLoopTest {
    @Test
    void tasksOfManyThreadsAllRunOnTheLoopInTheOrderOfEach() throws Exception {
        var seen = new ArrayList<List<Integer>>();
        var loop = EventLoop.start("test");
        var threads = new ArrayList<Thread>();
        for (var t = 0; t < 4; t++) {
            var mine = new ArrayList<Integer>();
            seen.add(mine);
            var thread = new Thread(() -> {
                for (var i = 0; i < 10_000; i++) {
                    var number = i;
                    loop.execute(() -> mine.add(number));
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (var thread : threads) {
            thread.join();
        }
        loop.close();
        assertThat(seen).allSatisfy(mine -> assertThat(mine).hasSize(10_000).isSorted());
    }

    @Test
    void idleLoopIsHadByWhoPerformsATask() {
        try (var loop = EventLoop.start("test")) {
            var caller = Thread.currentThread();
            var ran = new ArrayList<Thread>();
            // The thread may still be on its way to its first rest.
            while (!ran.contains(caller)) {
                var done = new CountDownLatch(1);
                loop.perform(() -> {
                    assertThat(loop.inLoop()).isTrue();
                    ran.add(Thread.currentThread());
                    loop.execute(done::countDown);
                    assertThat(done.getCount()).isEqualTo(1);
                });
                awaitQuietly(done);
            }
            assertThat(loop.inLoop()).isFalse();
        }
    }

    @Test
    void whoeverHasTheTurnHasItAloneAndTasksOfEachKeepTheirOrder() throws Exception {
        var seen = new ArrayList<List<Integer>>();
        var loop = EventLoop.start("test");
        var inside = new AtomicInteger();
        var together = new AtomicInteger();
        var timers = new CountDownLatch(4 * 100);
        var threads = new ArrayList<Thread>();
        for (var t = 0; t < 4; t++) {
            var mine = new ArrayList<Integer>();
            seen.add(mine);
            var thread = new Thread(() -> {
                for (var i = 0; i < 20_000; i++) {
                    var number = i;
                    Runnable task = () -> {
                        together.addAndGet(inside.getAndIncrement());
                        mine.add(number);
                        if (number % 200 == 0) {
                            loop.schedule(Duration.ofNanos(number), timers::countDown);
                        }
                        inside.decrementAndGet();
                    };
                    if (number % 3 == 0) {
                        loop.execute(task);
                    } else {
                        loop.perform(task);
                    }
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (var thread : threads) {
            thread.join();
        }
        assertThat(timers.await(10, TimeUnit.SECONDS)).isTrue();
        loop.close();
        assertThat(together).hasValue(0);
        assertThat(seen).allSatisfy(mine -> assertThat(mine).hasSize(20_000).isSorted());
    }

    @Test
    void whatIsForSoonComesByItselfAndInItsPlace() throws Exception {
        try (var loop = EventLoop.start("test")) {
            for (var i = 0; i < 50; i++) {
                var done = new CountDownLatch(1);
                loop.executeSoon(done::countDown);
                assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
            }
            var seen = Collections.synchronizedList(new ArrayList<Integer>());
            var last = new CountDownLatch(1);
            for (var i = 0; i < 1_000; i++) {
                var number = i;
                Runnable task = () -> seen.add(number);
                switch (i % 3) {
                    case 0 -> loop.executeSoon(task);
                    case 1 -> loop.perform(task);
                    default -> loop.execute(task);
                }
            }
            loop.execute(last::countDown);
            assertThat(last.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(seen).hasSize(1_000).isSorted();
        }
    }

    @Test
    void loopThatSleepsForALateTimerWakesForAnEarlierOneOfAnotherThread() throws Exception {
        try (var loop = EventLoop.start("test")) {
            loop.schedule(Duration.ofHours(1), () -> {});
            for (var i = 0; i < 1000; i++) {
                var due = new CountDownLatch(1);
                loop.perform(() -> loop.schedule(Duration.ofNanos(1), due::countDown));
                assertThat(due.await(10, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void whoHasOneTurnCanHaveAnotherAndNeitherTwice() throws Exception {
        try (var one = EventLoop.start("one");
                var other = EventLoop.start("other")) {
            var order = Collections.synchronizedList(new ArrayList<String>());
            var done = new CountDownLatch(1);
            one.execute(() -> {
                other.perform(() -> {
                    assertThat(other.inLoop()).isTrue();
                    one.perform(() -> {
                        order.add("one again");
                        done.countDown();
                    });
                });
                order.add("one");
            });
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
            // What comes for a loop from inside its own turn is behind what has the turn.
            assertThat(order).containsExactly("one", "one again");
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aTaskThatThrowsDoesNotEndTheLoop() throws Exception {
        try (var loop = EventLoop.start("test")) {
            var ran = new CountDownLatch(1);
            loop.execute(() -> {
                throw new IllegalStateException("expected by the test");
            });
            loop.execute(ran::countDown);
            assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void timersRunInTheOrderInWhichTheyAreDueAndCancelledOnesDoNot() throws Exception {
        try (var loop = EventLoop.start("test")) {
            var ran = Collections.synchronizedList(new ArrayList<String>());
            var done = new CountDownLatch(1);
            loop.execute(() -> {
                loop.schedule(Duration.ofMillis(20), () -> {
                    ran.add("late");
                    done.countDown();
                });
                loop.schedule(Duration.ofMillis(1), () -> ran.add("early"));
                loop.schedule(Duration.ofMillis(2), () -> ran.add("cancelled")).cancel();
            });
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(ran).containsExactly("early", "late");
        }
    }

    @Test
    void aClosedLoopRefusesTasksAndHasRunWhatItTook() {
        var loop = EventLoop.start("test");
        var ran = new AtomicInteger();
        for (var i = 0; i < 100; i++) {
            loop.execute(ran::incrementAndGet);
        }
        loop.close();
        assertThat(ran).hasValue(100);
        assertThatThrownBy(() -> loop.execute(ran::incrementAndGet)).isInstanceOf(RejectedExecutionException.class);
    }
}
