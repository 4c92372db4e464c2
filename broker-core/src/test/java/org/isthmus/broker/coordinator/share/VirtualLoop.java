package org.isthmus.broker.coordinator.share;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;

/** A loop and its clock on the thread of the test: time passes only when nothing is left to do at the present one. */
final class VirtualLoop implements EventLoop, Clock {
    private record Task(long atNanos, long number, Runnable body) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::atNanos).thenComparingLong(Task::number));
    private long nanos = 1_000_000_000;
    private long numbers;
    private long dateMs = 1_700_000_000_000L;

    @Override
    public void execute(Runnable task) {
        tasks.add(new Task(nanos, numbers++, task));
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable body) {
        var task = new Task(nanos + Math.max(0, delay.toNanos()), numbers++, body);
        tasks.add(task);
        return () -> tasks.remove(task);
    }

    @Override
    public boolean inLoop() {
        return true;
    }

    @Override
    public long wallMs() {
        return dateMs + nanos / 1_000_000;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    /** Somebody sets the date forward, or back. */
    void setDate(Duration forward) {
        dateMs += forward.toMillis();
    }

    /** Does everything that is due until this much time has passed. */
    void run(Duration time) {
        var end = nanos + time.toNanos();
        while (!tasks.isEmpty() && tasks.peek().atNanos() <= end) {
            var task = tasks.poll();
            nanos = Math.max(nanos, task.atNanos());
            task.body().run();
        }
        nanos = end;
    }
}
