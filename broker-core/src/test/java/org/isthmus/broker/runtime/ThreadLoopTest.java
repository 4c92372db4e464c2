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
