package org.isthmus.broker.network;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.ThreadLoop;

/** Loops whose work others can do, of a transport's clients or of those that it lets in: a few, made when they are needed. */
final class HelpedLoops {
    private final String name;
    private final int most;
    private final List<ThreadLoop> loops = new ArrayList<>();
    private int taken;
    private boolean closed;

    /**
     * Makes none yet.
     *
     * @param name of their threads, before a number
     */
    HelpedLoops(String name, int most) {
        this.name = name;
        this.most = most;
    }

    /** Each call takes the next. */
    synchronized EventLoop next() {
        if (closed) {
            throw new RejectedExecutionException("the transport is closed");
        }
        if (loops.size() < most) {
            loops.add(EventLoop.start(name + (loops.size() + 1)));
        }
        return loops.get(taken++ % loops.size());
    }

    /** After everybody else has ended. */
    void close() {
        List<ThreadLoop> last;
        synchronized (this) {
            closed = true;
            last = List.copyOf(loops);
        }
        last.forEach(ThreadLoop::close);
    }
}
