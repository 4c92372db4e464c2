package org.isthmus.jms;

import jakarta.jms.JMSException;
import org.isthmus.broker.client.BrokerClient;

/** A connection's way to its broker: a client, and with an embedded broker a share in that too. */
interface BrokerLink extends AutoCloseable {
    BrokerClient client();

    @Override
    void close();

    /** Makes links to one broker. */
    interface Dialer {
        /** What tells this broker from others; equal for all who reach the same one. */
        String broker();

        BrokerLink dial(String clientName) throws JMSException;
    }
}
