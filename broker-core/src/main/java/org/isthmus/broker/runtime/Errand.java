package org.isthmus.broker.runtime;

/** What blocks, and the loop that is there for it. */
record Errand(EventLoop loop, Runnable task) {
    /** Leaves it to the loop. */
    void handOver() {
        loop.execute(task);
    }
}
