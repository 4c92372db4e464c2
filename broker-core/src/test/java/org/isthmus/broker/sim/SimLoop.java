package org.isthmus.broker.sim;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.Executor;
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
    private final Machine first = new Machine();
    private long timersMade;

    public SimLoop(Random random, SimClock clock) {
        this.random = random;
        this.clock = clock;
    }

    /** One more loop, which runs when the simulation steps. */
    public EventLoop newLoop() {
        return first.newLoop();
    }

    /** Loops that stand still together, and end together. */
    public Machine newMachine() {
        return new Machine();
    }

    /** Runs one task, or else the next timer, after moving the clock to it. False if there is neither. */
    public boolean step() {
        var ready = new ArrayList<Loop>(loops.size());
        for (var loop : loops) {
            if (loop.isReady()) {
                ready.add(loop);
            }
        }
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
            timer.loop.execute(timer.task);
        }
        return true;
    }

    /** Steps until nothing is left to do at this moment; timers that are not due stay. */
    public void runReady() {
        while (loops.stream().anyMatch(Loop::isReady)
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

    /** A process or a machine: its loops run, stand still while time goes on, or are gone with all that they had to do. */
    public final class Machine {
        private boolean paused;
        private boolean stopped;
        private boolean crashed;

        private Machine() {}

        public EventLoop newLoop() {
            var loop = new Loop(this);
            loops.add(loop);
            return loop;
        }

        /** A thread that takes a while over each of its tasks, which keep their order. */
        public Executor newThread(Duration most) {
            var loop = newLoop();
            return new Executor() {
                private long busyUntilNanos;

                @Override
                public void execute(Runnable task) {
                    busyUntilNanos =
                            Math.max(busyUntilNanos, clock.nanos()) + upTo(most).toNanos();
                    loop.schedule(Duration.ofNanos(busyUntilNanos - clock.nanos()), task);
                }
            };
        }

        /** Threads, as many as there are tasks: which is done first is up to the seed. */
        public Executor newThreads(Duration most) {
            var loop = newLoop();
            return task -> loop.schedule(upTo(most), task);
        }

        public void pause() {
            paused = true;
        }

        public void resume() {
            paused = false;
        }

        public boolean isPaused() {
            return paused;
        }

        public void stop() {
            stopped = true;
            loops.removeIf(loop -> loop.machine == this);
        }

        /** Whether its disk went down under one of its tasks. */
        public boolean hasCrashed() {
            return crashed;
        }
    }

    private Duration upTo(Duration most) {
        return Duration.ofNanos((long) (random.nextDouble() * most.toNanos()));
    }

    private final class Loop implements EventLoop {
        private final Machine machine;
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private boolean running;

        private Loop(Machine machine) {
            this.machine = machine;
        }

        private boolean isReady() {
            return !machine.paused && !tasks.isEmpty();
        }

        @Override
        public void execute(Runnable task) {
            if (!machine.stopped) {
                tasks.add(task);
            }
        }

        /** At once or later, as the seed says; but nothing that is at work is interrupted by its own. */
        @Override
        public void perform(Runnable task) {
            if (running || isReady() || machine.paused || machine.stopped || random.nextBoolean()) {
                execute(task);
            } else {
                run(task);
            }
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
            run(tasks.remove());
        }

        private void run(Runnable task) {
            var before = running;
            running = true;
            try {
                task.run();
            } catch (SimCrash down) {
                if (machine == first) {
                    throw down;
                }
                machine.crashed = true;
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
