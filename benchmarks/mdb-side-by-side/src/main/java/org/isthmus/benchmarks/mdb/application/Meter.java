package org.isthmus.benchmarks.mdb.application;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What beans have received since it was set. While the gate is shut they wait with the message in their hand, so that a backlog can be made. */
final class Meter {
    private static volatile CountDownLatch gate = new CountDownLatch(0);
    private static volatile CountDownLatch expected = new CountDownLatch(0);
    private static volatile long lastReceived;

    private Meter() {}

    static void expect(int messages, boolean behindGate) {
        expected = new CountDownLatch(messages);
        gate = new CountDownLatch(behindGate ? 1 : 0);
    }

    static void open() {
        gate.countDown();
    }

    static void received() {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        lastReceived = System.nanoTime();
        expected.countDown();
    }

    /** When the last one was received, by {@link System#nanoTime}. */
    static long awaitAll() throws InterruptedException, TimeoutException {
        if (!expected.await(5, TimeUnit.MINUTES)) {
            throw new TimeoutException(expected.getCount() + " messages have not been received");
        }
        return lastReceived;
    }
}
