package org.isthmus.broker.runtime;

import java.io.Closeable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An event loop with a thread of its own. The queue of tasks has no bound: what may wait is bounded where it enters, by the connections'
 * limits. Tasks and timers belong to whoever has the turn: the thread, or another that performs a task while the thread has none.
 */
public final class ThreadLoop implements EventLoop, Closeable {
    private static final Logger LOG = System.getLogger(ThreadLoop.class.getName());
    private static final int CANCELLED_TIMERS_KEPT = 1024;
    private static final int TASKS_PER_TURN = 256;
    private static final long NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int TASKS_PER_HELP = 32;

    private final Clock clock;
    private final Thread thread;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private final AtomicInteger cancelledTimers = new AtomicInteger();
    private final AtomicReference<@Nullable Thread> turn = new AtomicReference<>();
    private final AtomicBoolean parked = new AtomicBoolean();
    /** When the thread wakes, where nobody wakes it. Belongs to who has the turn. */
    private long wakesAtNanos;

    private boolean wakesByItself;

    /** Whether the thread wakes by itself before long, and whether it should. */
    private volatile boolean naps;

    private volatile boolean shouldNap;
    private volatile boolean wantsTurn;
    private volatile boolean closed;
    private volatile boolean ended;

    private ThreadLoop(String name, Clock clock) {
        this.clock = clock;
        this.thread = new Thread(this::run, name);
        this.thread.setDaemon(true);
    }

    static ThreadLoop start(String name, Clock clock) {
        var loop = new ThreadLoop(name, clock);
        loop.thread.start();
        return loop;
    }

    /** Fails with {@link RejectedExecutionException} on a closed loop. */
    @Override
    public void execute(Runnable task) {
        add(task);
        wakeUnlessAtWork();
    }

    private void add(Runnable task) {
        if (closed && !inLoop()) {
            throw new RejectedExecutionException("The loop is closed: " + thread.getName());
        }
        tasks.add(task);
        // The thread may have ended between the check and the add; then nobody will run the task, and the caller must
        // know.
        if (ended && tasks.remove(task)) {
            throw new RejectedExecutionException("The loop is closed: " + thread.getName());
        }
    }

    @Override
    public void executeSoon(Runnable task) {
        shouldNap = true;
        add(task);
        if (!naps) {
            wakeUnlessAtWork();
        }
    }

    @Override
    public void perform(Runnable task) {
        perform(task, TASKS_PER_HELP, ThreadLoop::always);
    }

    @Override
    public boolean perform(Runnable task, BooleanSupplier goesOn) {
        return perform(task, Integer.MAX_VALUE, goesOn);
    }

    private boolean perform(Runnable task, int most, BooleanSupplier goesOn) {
        // A thread that waits for the turn, be it for a timer, is not overtaken again and again.
        if (closed || wantsTurn || !turn.compareAndSet(null, Thread.currentThread())) {
            execute(task);
            return false;
        }
        try {
            tasks.add(task);
            runTasks(most, goesOn);
        } finally {
            giveTurnBack();
        }
        return true;
    }

    private void giveTurnBack() {
        var next = timers.peek();
        var sleepsTooLong = next != null && (!wakesByItself || next.atNanos - wakesAtNanos < 0);
        turn.set(null);
        if (wantsTurn) {
            LockSupport.unpark(thread);
        } else if (sleepsTooLong || !tasks.isEmpty()) {
            wake();
        }
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        var timer = new Timer(clock.nanos() + delay.toNanos(), task);
        if (inLoop()) {
            timers.add(timer);
        } else {
            perform(() -> timers.add(timer)); // the thread is woken only for a timer that comes before the others
        }
        return timer;
    }

    @Override
    public boolean inLoop() {
        return turn.get() == Thread.currentThread();
    }

    /** Runs what is waiting, drops the timers, and ends the thread. Waits for that, unless it is the loop itself that calls. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        if (inLoop()) {
            return;
        }
        var interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closed) {
            takeTurn();
            runTasks(TASKS_PER_TURN, ThreadLoop::always);
            var waitNanos = runDueTimers();
            naps = shouldNap;
            shouldNap = false;
            var next = timers.peek();
            if (naps && (next == null || waitNanos > NAP_NANOS)) {
                waitNanos = NAP_NANOS;
                wakesAtNanos = clock.nanos() + waitNanos;
            } else if (next != null) {
                wakesAtNanos = next.atNanos;
            }
            wakesByItself = waitNanos >= 0;
            // Before the turn is given back: whoever takes it may have to wake the thread for a timer.
            parked.set(true);
            turn.set(null);
            park(waitNanos);
            naps = false;
        }
        takeTurn();
        runTasks(Integer.MAX_VALUE, ThreadLoop::always);
        ended = true;
        runTasks(Integer.MAX_VALUE, ThreadLoop::always);
    }

    private void takeTurn() {
        while (!turn.compareAndSet(null, thread)) {
            wantsTurn = true;
            if (turn.get() != null) {
                LockSupport.park(this);
            }
        }
        wantsTurn = false;
    }

    /** Bounded, so that a stream of tasks does not keep the timers from their turn. */
    private void runTasks(int most, BooleanSupplier goesOn) {
        var left = most;
        for (var task = tasks.poll(); task != null; task = --left > 0 && goesOn.getAsBoolean() ? tasks.poll() : null) {
            runSafely(task);
        }
    }

    private static boolean always() {
        return true;
    }

    /** Returns the nanoseconds until the next timer, or −1 where there is none. */
    private long runDueTimers() {
        dropCancelledTimers();
        for (var timer = timers.peek(); timer != null; timer = timers.peek()) {
            var task = timer.task;
            var left = task == null ? 0 : timer.atNanos - clock.nanos();
            if (left > 0) {
                return left;
            }
            timers.poll();
            if (task != null) {
                timer.task = null;
                runSafely(task);
            }
        }
        return -1;
    }

    private void dropCancelledTimers() {
        if (cancelledTimers.get() > Math.max(CANCELLED_TIMERS_KEPT, timers.size() / 2)) {
            cancelledTimers.set(0);
            timers.removeIf(timer -> timer.task == null);
        }
    }

    // A task's failure is the task's: the loop owns others' state too and has to go on.
    private static void runSafely(Runnable task) {
        try {
            task.run();
        } catch (Throwable failure) {
            LOG.log(Level.ERROR, "A task failed", failure);
        }
    }

    private void park(long waitNanos) {
        if (tasks.isEmpty() && !closed) {
            if (waitNanos < 0) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, waitNanos);
            }
        }
        parked.set(false);
        // An interrupt would turn every later park into a spin, and means nothing here.
        Thread.interrupted();
    }

    private void wakeUnlessAtWork() {
        var working = turn.get();
        // Whoever has the turn, and is not the thread, looks for tasks when it gives the turn back.
        if (working == null || working == thread) {
            wake();
        }
    }

    private void wake() {
        if (parked.get() && parked.compareAndSet(true, false)) {
            LockSupport.unpark(thread);
        }
    }

    private final class Timer implements Cancellable, Comparable<Timer> {
        private final long atNanos;
        private volatile @Nullable Runnable task;

        private Timer(long atNanos, Runnable task) {
            this.atNanos = atNanos;
            this.task = task;
        }

        @Override
        public void cancel() {
            if (task != null) {
                task = null;
                cancelledTimers.incrementAndGet();
            }
        }

        @Override
        public int compareTo(Timer other) {
            return Long.signum(atNanos - other.atNanos);
        }
    }
}
