package org.isthmus.broker.network;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.EventLoop;

/** One of Netty's threads as the rest of the broker knows it. */
record IoLoop(io.netty.channel.EventLoop loop) implements EventLoop {
    private static final System.Logger LOG = System.getLogger(IoLoop.class.getName());

    @Override
    public void execute(Runnable task) {
        loop.execute(guarded(task));
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        var scheduled = loop.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    @Override
    public boolean inLoop() {
        return loop.inEventLoop();
    }

    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "A task on an I/O loop failed", e);
            }
        };
    }
}
