package org.isthmus.broker.runtime;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * One thread, seen as the owner of what runs on it. Tasks run one after another in the order in which one caller handed them in; a task
 * must not block. What a task throws is logged and does not end the loop.
 */
public interface EventLoop extends Executor {
    /** Runs the task on this loop, after what is already waiting. May be called from any thread. */
    @Override
    void execute(Runnable task);

    /** Runs the task on this loop once the delay is over. May be called from any thread. */
    Cancellable schedule(Duration delay, Runnable task);

    /** Whether the calling thread is this loop. */
    boolean inLoop();

    /** Starts a loop on a daemon thread of this name. */
    static ThreadLoop start(String name) {
        return ThreadLoop.start(name, Clock.system());
    }
}
