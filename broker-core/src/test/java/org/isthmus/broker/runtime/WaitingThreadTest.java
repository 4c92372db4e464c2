package org.isthmus.broker.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WaitingThreadTest {
    private final ThreadLoop loop = EventLoop.start("loop");
    private final ThreadLoop disk = EventLoop.start("disk");

    @AfterEach
    void close() {
        loop.close();
        disk.close();
    }

    @Test
    void aLoneCallIsDoneByWhoWaitsForItAndBlocksNoLoop() throws Exception {
        Thread by;
        do {
            // A loop's thread that is on its way to its rest does it instead.
            var answer = WaitingThread.begin(() -> {
                var done = new CompletableFuture<Thread>();
                WaitingThread.handOver(
                        loop,
                        () -> WaitingThread.handOverBlocking(disk, () -> {
                            assertThat(loop.inLoop()).isFalse();
                            assertThat(disk.inLoop()).isTrue();
                            loop.perform(() -> done.complete(Thread.currentThread()));
                        }));
                return done;
            });
            by = answer.get(10, TimeUnit.SECONDS);
        } while (by != Thread.currentThread());
    }

    @Test
    void whoHasItsAnswerBlocksForNobodyElse() throws Exception {
        var ran = new CompletableFuture<Thread>();
        WaitingThread.begin(() -> {
            WaitingThread.handOverBlocking(disk, () -> ran.complete(Thread.currentThread()));
            return CompletableFuture.completedFuture("answer");
        });
        assertThat(ran.get(10, TimeUnit.SECONDS)).isNotEqualTo(Thread.currentThread());
    }

    @Test
    void whoIsInterruptedLeavesItToOthers() throws Exception {
        var ran = new CompletableFuture<Thread>();
        Thread.currentThread().interrupt();
        WaitingThread.begin(() -> {
            WaitingThread.handOver(loop, () -> ran.complete(Thread.currentThread()));
            return ran;
        });
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ran.get(10, TimeUnit.SECONDS)).isNotEqualTo(Thread.currentThread());
    }

    @Test
    void afterwardsTheThreadIsAsItWas() throws Exception {
        WaitingThread.begin(() -> CompletableFuture.completedFuture("answer"));
        var ran = new CompletableFuture<Thread>();
        WaitingThread.handOver(loop, () -> ran.complete(Thread.currentThread()));
        assertThat(ran.get(10, TimeUnit.SECONDS)).isNotEqualTo(Thread.currentThread());
    }

    @Test
    void whoServesOthersDoesItOnceNoLoopIsHeldUp() throws Exception {
        Thread by;
        do {
            // A loop's thread that is on its way to its rest does it instead.
            var ran = new CompletableFuture<Thread>();
            WaitingThread.begin(
                    () -> loop.perform(() -> WaitingThread.handOverBlocking(disk, () -> {
                        assertThat(loop.inLoop()).isFalse();
                        ran.complete(Thread.currentThread());
                    })),
                    new SpareTime(Runnable::run, Clock.system()));
            by = ran.get(10, TimeUnit.SECONDS);
        } while (by != Thread.currentThread());
    }

    @Test
    void forTwoDisksWhoServesOthersBlocksForNeither() throws Exception {
        var first = new CompletableFuture<Thread>();
        var second = new CompletableFuture<Thread>();
        WaitingThread.begin(
                () -> {
                    WaitingThread.handOverBlocking(disk, () -> first.complete(Thread.currentThread()));
                    WaitingThread.handOverBlocking(loop, () -> second.complete(Thread.currentThread()));
                },
                new SpareTime(Runnable::run, Clock.system()));
        assertThat(first.get(10, TimeUnit.SECONDS)).isNotEqualTo(Thread.currentThread());
        assertThat(second.get(10, TimeUnit.SECONDS)).isNotEqualTo(Thread.currentThread());
    }
}
