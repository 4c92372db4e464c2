package org.isthmus.arquillian;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** From the bean to the test, which run in one class loader of the server. */
final class Postbox {
    static final BlockingQueue<Received> received = new LinkedBlockingQueue<>();

    private Postbox() {}

    record Received(String text, String colour, int partition, long offset, int deliveryCount, boolean redelivered) {}

    /** The next message, or null if none comes in time. */
    static Received take() throws InterruptedException {
        return received.poll(30, TimeUnit.SECONDS);
    }
}
