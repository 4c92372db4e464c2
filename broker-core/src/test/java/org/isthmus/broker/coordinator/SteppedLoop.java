package org.isthmus.broker.coordinator;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;

/** A loop, and its clock, that only move when a test says so. */
public final class SteppedLoop implements EventLoop, Clock {
    private static final long EPOCH_MS = 1_700_000_000_000L;

    private final Queue<Runnable> ready = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>(
            Comparator.<Timer>comparingLong(timer -> timer.atNanos).thenComparing(timer -> timer.order));
    private long nanos;
    private long setByMs;
    private long order;

    @Override
    public void execute(Runnable task) {
        ready.add(task);
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        var timer = new Timer(nanos + delay.toNanos(), order++, task);
        timers.add(timer);
        return () -> timers.remove(timer);
    }

    @Override
    public boolean inLoop() {
        return true;
    }

    @Override
    public long wallMs() {
        return EPOCH_MS + setByMs + nanos / 1_000_000;
    }

    /** Somebody sets the date, forward or back. */
    public void setDate(Duration by) {
        setByMs += by.toMillis();
    }

    @Override
    public long nanos() {
        return nanos;
    }

    /** Runs what is ready, and what that makes ready, without letting time pass. */
    public void settle() {
        for (var task = ready.poll(); task != null; task = ready.poll()) {
            task.run();
        }
    }

    /** Runs one ready task, if there is one. */
    public boolean step() {
        var task = ready.poll();
        if (task != null) {
            task.run();
        }
        return task != null;
    }

    /** Lets time pass, timer by timer. */
    public void advance(Duration by) {
        var until = nanos + by.toNanos();
        settle();
        for (var timer = timers.peek(); timer != null && timer.atNanos <= until; timer = timers.peek()) {
            timers.poll();
            nanos = Math.max(nanos, timer.atNanos);
            timer.task.run();
            settle();
        }
        nanos = until;
    }

    private static final class Timer {
        final long atNanos;
        final long order;
        final Runnable task;

        Timer(long atNanos, long order, Runnable task) {
            this.atNanos = atNanos;
            this.order = order;
            this.task = task;
        }
    }
}
