package org.isthmus.jms;

import java.util.concurrent.CompletableFuture;

/** A thread that knows by itself how it waits: one of a simulation, whose turn comes when it is given it. */
interface SteppedThread {
    /** Returns once the answer is there, whatever it is. */
    void waitFor(CompletableFuture<?> answer);
}
