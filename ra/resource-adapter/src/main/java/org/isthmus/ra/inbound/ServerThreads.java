package org.isthmus.ra.inbound;

import jakarta.resource.spi.BootstrapContext;
import jakarta.resource.spi.UnavailableException;
import jakarta.resource.spi.work.Work;
import jakarta.resource.spi.work.WorkException;
import jakarta.resource.spi.work.WorkManager;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;
import org.jspecify.annotations.Nullable;

/**
 * The server's work manager and one timer of it: the adapter makes no thread of its own. Work that the server turns away is offered again
 * later, so what was once promised a run gets one until the adapter stops. Safe for use by many threads.
 *
 * <p>Invariant: the timer alone offers work, since a server may keep waiting who does (WildFly, while its queue is full). Beans and the broker's client, for
 * which beans wait, would there wait for themselves.
 */
public final class ServerThreads implements AutoCloseable {
    private static final System.Logger log = System.getLogger(ServerThreads.class.getName());
    private static final Duration OFFER_AGAIN = Duration.ofMillis(500);

    private final BootstrapContext context;
    private @Nullable Timer timer;
    private boolean closed;

    public ServerThreads(BootstrapContext context) {
        this.context = context;
    }

    /** Runs the work soon, on a thread of the server. Returns at once. */
    void soon(Work work) {
        later(Duration.ZERO, work);
    }

    /** Runs the work on a thread of the server once the time has passed; never, where the adapter stops before. */
    synchronized void later(Duration wait, Work work) {
        if (closed) {
            return;
        }
        timer().schedule(
                        new TimerTask() {
                            @Override
                            public void run() {
                                offer(work);
                            }
                        },
                        wait.toMillis());
    }

    private void offer(Work work) {
        try {
            workManager().scheduleWork(new Released(work));
        } catch (WorkException e) {
            log.log(Level.DEBUG, "The server has no thread for Isthmus now; offering the work again", e);
            later(OFFER_AGAIN, work);
        } catch (RuntimeException e) {
            // It would end the timer, and with that everything that was promised.
            log.log(Level.WARNING, "The server's work manager failed; offering the work again", e);
            later(OFFER_AGAIN, work);
        }
    }

    /** Passes on that it is released while it is under way, and no later: WildFly releases also what has ended, which is no sign to stop. */
    private static final class Released implements Work {
        private final Work work;
        private volatile boolean underWay;

        private Released(Work work) {
            this.work = work;
        }

        @Override
        public void run() {
            underWay = true;
            try {
                work.run();
            } finally {
                underWay = false;
            }
        }

        @Override
        public void release() {
            if (underWay) {
                work.release();
            }
        }
    }

    private WorkManager workManager() {
        return context.getWorkManager();
    }

    private Timer timer() {
        var current = timer;
        if (current == null) {
            current = newTimer();
            timer = current;
        }
        return current;
    }

    /** Its thread inherits a class loader. That of an application, whose bean is activated by this thread, would stay as long as the adapter. */
    private Timer newTimer() {
        var thread = Thread.currentThread();
        var loader = thread.getContextClassLoader();
        thread.setContextClassLoader(ServerThreads.class.getClassLoader());
        try {
            return context.createTimer();
        } catch (UnavailableException e) {
            log.log(Level.DEBUG, "The server offers no timer", e);
            return new Timer("isthmus-ra-timer", true);
        } finally {
            thread.setContextClassLoader(loader);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (timer != null) {
            timer.cancel();
        }
    }
}
