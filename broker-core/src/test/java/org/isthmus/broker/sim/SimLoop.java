package org.isthmus.broker.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.EventLoop;

/**
 * Any number of event loops on the thread of the test, in virtual time. Whose turn it is among the loops with work is decided by the seed;
 * tasks of one loop keep their order. What a task throws ends the simulation, unlike in production: here it is a finding.
 */
public final class SimLoop {
    private final Random random;
    private final SimClock clock;
    private final List<Loop> loops = new ArrayList<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private long timersMade;

    public SimLoop(Random random, SimClock clock) {
        this.random = random;
        this.clock = clock;
    }

    /** One more loop, which runs when the simulation steps. */
    public EventLoop newLoop() {
        var loop = new Loop();
        loops.add(loop);
        return loop;
    }

    /** Runs one task, or else the next timer, after moving the clock to it. False if there is neither. */
    public boolean step() {
        var ready = loops.stream().filter(loop -> !loop.tasks.isEmpty()).toList();
        if (!ready.isEmpty()) {
            ready.get(random.nextInt(ready.size())).runOne();
            return true;
        }
        var timer = timers.poll();
        if (timer == null) {
            return false;
        }
        clock.advanceTo(timer.atNanos);
        if (!timer.cancelled) {
            timer.loop.tasks.add(timer.task);
        }
        return true;
    }

    /** Steps until nothing is left to do at this moment; timers that are not due stay. */
    public void runReady() {
        while (loops.stream().anyMatch(loop -> !loop.tasks.isEmpty())
                || (!timers.isEmpty() && timers.peek().atNanos <= clock.nanos())) {
            step();
        }
    }

    /** Steps through everything that is due until then, and leaves the clock there. */
    public void runFor(Duration time) {
        var end = clock.nanos() + time.toNanos();
        runReady();
        while (!timers.isEmpty() && timers.peek().atNanos <= end) {
            step();
            runReady();
        }
        clock.advanceTo(end);
    }

    private final class Loop implements EventLoop {
        private final java.util.ArrayDeque<Runnable> tasks = new java.util.ArrayDeque<>();
        private boolean running;

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            var timer = new Timer(clock.nanos() + delay.toNanos(), timersMade++, this, task);
            timers.add(timer);
            return () -> timer.cancelled = true;
        }

        @Override
        public boolean inLoop() {
            return running;
        }

        private void runOne() {
            var before = running;
            running = true;
            try {
                tasks.remove().run();
            } finally {
                running = before;
            }
        }
    }

    private static final class Timer implements Comparable<Timer> {
        private final long atNanos;
        private final long number;
        private final Loop loop;
        private final Runnable task;
        private boolean cancelled;

        private Timer(long atNanos, long number, Loop loop, Runnable task) {
            this.atNanos = atNanos;
            this.number = number;
            this.loop = loop;
            this.task = task;
        }

        @Override
        public int compareTo(Timer other) {
            var byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }
}
