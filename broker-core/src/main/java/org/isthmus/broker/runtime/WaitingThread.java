package org.isthmus.broker.runtime;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread that would only wait for the answer to what it begins. Until that is there, it does itself what others would be woken for: first as
 * the loops that have nothing else to do, then, with no loop's turn in its hands, what blocks. A lone call inside the JVM so wakes nobody.
 */
public final class WaitingThread {
    private static final int MOST_ERRANDS = 32;
    private static final CompletionStage<?> NOTHING_AWAITED = CompletableFuture.completedStage(null);
    private static final ThreadLocal<WaitingThread> CURRENT = new ThreadLocal<>();

    private final Deque<Errand> errands = new ArrayDeque<>();

    private WaitingThread() {}

    /**
     * Begins a call; who calls this waits for its answer next, and holds no lock that a loop's task may want. The answer is often there when
     * this returns.
     */
    public static <S extends CompletionStage<?>> S begin(Supplier<S> call) {
        // What blocks is cut short by an interrupt, and would have to be done again.
        if (CURRENT.get() != null || Thread.currentThread().isInterrupted()) {
            return call.get();
        }
        var self = new WaitingThread();
        CURRENT.set(self);
        S answer = null;
        try {
            answer = call.get();
            return answer;
        } finally {
            try {
                self.runErrands(answer);
            } finally {
                CURRENT.remove();
            }
        }
    }

    /** As {@link #begin(Supplier)} for who waits otherwise; what blocks is left to others. */
    public static void begin(Runnable call) {
        begin(() -> {
            call.run();
            return NOTHING_AWAITED;
        });
    }

    /** As {@link #begin(Supplier)} for a thread that serves others, too: one thing that blocks it does itself, where it has the time. */
    public static void begin(Runnable call, SpareTime spare) {
        if (CURRENT.get() != null) {
            call.run();
            return;
        }
        spare.serves();
        var self = new WaitingThread();
        CURRENT.set(self);
        try {
            call.run();
        } finally {
            CURRENT.remove();
            self.leaveErrands(spare);
        }
    }

    /** Runs the task on the loop: where the thread waits anyway, on the thread itself if the loop has nothing else to do. */
    public static void handOver(EventLoop loop, Runnable task) {
        if (CURRENT.get() != null) {
            loop.perform(task);
        } else {
            loop.execute(task);
        }
    }

    /** As {@link #handOver}, for what blocks: a thread that waits does it once it has no other loop's turn. */
    public static void handOverBlocking(EventLoop loop, Runnable task) {
        var waiting = CURRENT.get();
        if (waiting != null) {
            waiting.errands.add(new Errand(loop, task));
        } else {
            loop.execute(task);
        }
    }

    private void runErrands(@Nullable CompletionStage<?> answer) {
        var awaited = answer == null ? null : answer.toCompletableFuture();
        var left = MOST_ERRANDS;
        for (var errand = errands.poll(); errand != null; errand = errands.poll()) {
            if (awaited != null && !awaited.isDone() && left-- > 0) {
                errand.loop().perform(errand.task(), () -> !awaited.isDone());
            } else {
                errand.handOver();
            }
        }
    }

    private void leaveErrands(SpareTime spare) {
        if (errands.size() == 1) {
            spare.take(errands.remove());
        } else {
            errands.forEach(Errand::handOver); // they may be for disks that work side by side
        }
    }
}
