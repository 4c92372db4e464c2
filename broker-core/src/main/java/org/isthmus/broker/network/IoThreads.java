package org.isthmus.broker.network;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes a transport's threads: daemons, so that a forgotten transport never keeps a JVM alive. */
final class IoThreads implements ThreadFactory {
    private final AtomicInteger made = new AtomicInteger();

    @Override
    public Thread newThread(Runnable task) {
        var thread = new FastThreadLocalThread(task, "isthmus-io-" + made.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
