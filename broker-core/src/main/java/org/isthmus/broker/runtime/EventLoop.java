package org.isthmus.broker.runtime;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * The owner of what runs on it. Tasks run one after another in the order in which one caller handed them in; a task must not block. What a task
 * throws is logged and does not end the loop.
 */
public interface EventLoop extends Executor {
    /** Runs the task on this loop, after what is already waiting. May be called from any thread. */
    @Override
    void execute(Runnable task);

    /**
     * Runs the task on this loop, where it has nothing else to do even before this returns: on the calling thread, which saves waking another
     * for a few microseconds of work. So the caller must be ready for all that the task leads to, and for tasks of others that come meanwhile.
     * May be called from any thread, also from one that has other loops' turns.
     */
    default void perform(Runnable task) {
        execute(task);
    }

    /**
     * As {@link #perform(Runnable)}, and goes on with what others bring as long as it is told to.
     *
     * @return whether the calling thread had the turn
     */
    default boolean perform(Runnable task, BooleanSupplier goesOn) {
        execute(task);
        return false;
    }

    /** Runs the task on this loop, within a few milliseconds, or with what comes before that: nobody is woken for it. From any thread. */
    default void executeSoon(Runnable task) {
        execute(task);
    }

    /** Runs the task on this loop once the delay is over. May be called from any thread. */
    Cancellable schedule(Duration delay, Runnable task);

    /** Whether what calls runs on this loop. */
    boolean inLoop();

    /** Starts a loop on a daemon thread of this name. */
    static ThreadLoop start(String name) {
        return ThreadLoop.start(name, Clock.system());
    }
}
