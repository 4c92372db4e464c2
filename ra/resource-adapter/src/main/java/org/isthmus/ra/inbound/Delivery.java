package org.isthmus.ra.inbound;

import jakarta.jms.JMSException;

/** Messages on their way to the beans of one activation, over one connection. */
interface Delivery extends AutoCloseable {
    void begin() throws JMSException;

    /** No message is begun after this. */
    void stop();

    /** Stops, and waits a bounded time for the beans at work, so that what they have done gets acknowledged. */
    @Override
    void close();
}
