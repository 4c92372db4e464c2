package org.isthmus.jms;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.isthmus.broker.runtime.Clock;

/** The JVM as it is. */
enum JvmSurroundings implements Surroundings {
    INSTANCE;

    private static final BranchTable.All BRANCHES = new BranchTable.All();

    @Override
    public BranchTable.All branches() {
        return BRANCHES;
    }

    @Override
    public Clock clock() {
        return Clock.system();
    }

    @Override
    public String newName() {
        return ConnectionNames.next();
    }

    @Override
    public Threads newThreads(String connection) {
        return new Pool(connection);
    }

    @Override
    public ReentrantLock newLock() {
        return new ReentrantLock();
    }

    /** Threads that stay a while when they have nothing to do, and keep no JVM alive. */
    private static final class Pool implements Threads {
        private final ThreadPoolExecutor threads;

        private Pool(String connection) {
            threads = new ThreadPoolExecutor(
                    0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
                        var thread = new Thread(work, "isthmus-jms-" + connection);
                        thread.setDaemon(true);
                        return thread;
                    });
        }

        @Override
        public void execute(Runnable task) {
            threads.execute(task);
        }

        @Override
        public void end() {
            threads.shutdown();
        }
    }
}
