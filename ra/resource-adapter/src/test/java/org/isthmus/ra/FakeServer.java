package org.isthmus.ra;

import jakarta.resource.spi.BootstrapContext;
import jakarta.resource.spi.XATerminator;
import jakarta.resource.spi.work.ExecutionContext;
import jakarta.resource.spi.work.Work;
import jakarta.resource.spi.work.WorkContext;
import jakarta.resource.spi.work.WorkListener;
import jakarta.resource.spi.work.WorkManager;
import jakarta.resource.spi.work.WorkRejectedException;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.Collections;
import java.util.Set;
import java.util.Timer;
import java.util.WeakHashMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An application server as far as an adapter sees it: threads and a timer. */
final class FakeServer implements BootstrapContext, WorkManager, AutoCloseable {
    private final ExecutorService threads;
    /** Held by those who use them: a timer's thread knows the class loader of the adapter that it was made for. */
    private final Set<Timer> timers = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    final AtomicInteger rejectionsLeft = new AtomicInteger();

    FakeServer() {
        this(Executors.newCachedThreadPool());
    }

    private FakeServer(ExecutorService threads) {
        this.threads = threads;
    }

    /** One with so many threads and places in its queue, that lets wait who offers more, as WildFly does. */
    static FakeServer of(int count) {
        return new FakeServer(new ThreadPoolExecutor(
                count, count, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(count), FakeServer::awaitPlace));
    }

    private static void awaitPlace(Runnable task, ThreadPoolExecutor pool) {
        try {
            pool.getQueue().put(task);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void scheduleWork(Work work) throws WorkRejectedException {
        int left = rejectionsLeft.getAndUpdate(before -> Math.max(0, before - 1));
        if (left > 0 && left % 2 == 0) {
            throw new IllegalStateException("as no work manager should");
        }
        if (left > 0) {
            throw new WorkRejectedException("busy");
        }
        threads.execute(() -> {
            try {
                work.run();
            } finally {
                // As WildFly does.
                work.release();
            }
        });
    }

    @Override
    public void scheduleWork(Work work, long startTimeout, ExecutionContext context, WorkListener listener)
            throws WorkRejectedException {
        scheduleWork(work);
    }

    @Override
    public void doWork(Work work) {
        throw new UnsupportedOperationException("the adapter never waits for work");
    }

    @Override
    public void doWork(Work work, long startTimeout, ExecutionContext context, WorkListener listener) {
        doWork(work);
    }

    @Override
    public long startWork(Work work) {
        throw new UnsupportedOperationException("the adapter never waits for work");
    }

    @Override
    public long startWork(Work work, long startTimeout, ExecutionContext context, WorkListener listener) {
        return startWork(work);
    }

    @Override
    public WorkManager getWorkManager() {
        return this;
    }

    @Override
    public Timer createTimer() {
        var timer = new Timer(true);
        timers.add(timer);
        return timer;
    }

    @Override
    public XATerminator getXATerminator() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isContextSupported(Class<? extends WorkContext> type) {
        return false;
    }

    @Override
    public TransactionSynchronizationRegistry getTransactionSynchronizationRegistry() {
        return null;
    }

    @Override
    public void close() {
        timers.forEach(Timer::cancel);
        threads.shutdownNow();
    }
}
