package org.isthmus.broker.protocol.client;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.common.Backoff;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.network.Tls;
import org.isthmus.broker.network.Transport;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.IdSource;
import org.isthmus.broker.runtime.WaitingThread;
import org.jspecify.annotations.Nullable;

/** The one loop on which a client's state lives, and what its parts need beside it. All of its connections belong to that loop too. */
record ClientLoop(
        EventLoop loop,
        Transport transport,
        Clock clock,
        IdSource ids,
        ClientConfig config,
        @Nullable Tls tls) {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    /** How often there is time to ask within the patience, where nobody answers. */
    private static final int ATTEMPTS = 4;
    /** From less nobody would conclude anything. */
    private static final Duration SHORTEST_ATTEMPT = Duration.ofSeconds(5);

    /** The broker at an address that another told. */
    Endpoint at(String host, int port) {
        return Endpoint.of(host, port, tls != null);
    }

    /** Runs the task on the loop, or the other one here and now where the loop has ended with its last client. */
    void run(Runnable task, Runnable whenEnded) {
        try {
            WaitingThread.handOver(loop, task);
        } catch (RejectedExecutionException e) {
            whenEnded.run();
        }
    }

    /** As {@link #run}, where it is early enough with what comes next, or in a few milliseconds. */
    void runSoon(Runnable task, Runnable whenEnded) {
        try {
            loop.executeSoon(task);
        } catch (RejectedExecutionException e) {
            whenEnded.run();
        }
    }

    /** Runs the task now where the caller is the loop already, else as {@link #run} does. */
    void runHere(Runnable task, Runnable whenEnded) {
        if (loop.inLoop()) {
            task.run();
        } else {
            run(task, whenEnded);
        }
    }

    /** When a call that begins now is given up. */
    Deadline requestDeadline() {
        return Deadline.after(clock.nanos(), config.requestTimeout());
    }

    /** Between attempts at what may pass. */
    static Backoff backoff() {
        return new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
    }

    /** Why what may pass is not tried again. */
    BrokerException gaveUp(String what, BrokerException last) {
        return new BrokerException(
                ErrorCode.REQUEST_TIMED_OUT,
                what + ": gave up after " + config.requestTimeout().toMillis() + " ms, last: " + last.getMessage(),
                last);
    }

    /**
     * When to give up on one broker, where that leaves time to ask again, or another one, before the whole is given up: a machine that is gone
     * says nothing, and neither does a process that stands still.
     */
    Deadline attemptDeadline(Deadline whole) {
        var part = config.requestTimeout().dividedBy(ATTEMPTS);
        var attempt = part.compareTo(SHORTEST_ATTEMPT) < 0 ? SHORTEST_ATTEMPT : part;
        return attempt.compareTo(remaining(whole)) < 0 ? Deadline.after(clock.nanos(), attempt) : whole;
    }

    Duration remaining(Deadline deadline) {
        return deadline.remaining(clock.nanos());
    }

    boolean hasPassed(Deadline deadline) {
        return deadline.hasPassed(clock.nanos());
    }
}
