package org.isthmus.jms;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Runs tasks one after another, in their order, on threads that it borrows: an activity without a thread of its own. */
final class SerialExecutor implements Executor {
    private static final System.Logger LOG = System.getLogger(SerialExecutor.class.getName());

    private final Executor threads;
    private final Queue<Runnable> waiting = new ArrayDeque<>(); // guarded by itself, like running
    private boolean running;
    private volatile @Nullable Thread thread;

    SerialExecutor(Executor threads) {
        this.threads = threads;
    }

    /** Whether the caller is one of these tasks. */
    boolean isCurrent() {
        return thread == Thread.currentThread();
    }

    @Override
    public void execute(Runnable task) {
        synchronized (waiting) {
            waiting.add(task);
            if (running) {
                return;
            }
            running = true;
        }
        threads.execute(this::run);
    }

    private void run() {
        thread = Thread.currentThread();
        for (var task = next(); task != null; task = next()) {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                // The tasks behind it must still run.
                LOG.log(System.Logger.Level.ERROR, "A task failed", e);
            }
        }
    }

    private @Nullable Runnable next() {
        synchronized (waiting) {
            var task = waiting.poll();
            if (task == null) {
                // Before another thread may begin: it will say who runs then.
                thread = null;
                running = false;
            }
            return task;
        }
    }
}
