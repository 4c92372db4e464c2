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
        /** Where it is, for people who read it. */
        String broker();

        BrokerLink dial(String clientName) throws JMSException;
    }
}
