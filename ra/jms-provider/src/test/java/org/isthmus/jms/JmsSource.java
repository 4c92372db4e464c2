package org.isthmus.jms;

import jakarta.jms.JMSException;

/** What the applications of a simulation share: where messages are sent to, and by what they are consumed. */
enum JmsSource {
    QUEUE(new IsthmusQueue("q"), null, true) {
        @Override
        IsthmusConsumer consumer(IsthmusSession session, JmsChoice choice) throws JMSException {
            return session.createConsumer(destination(), choice.selector());
        }
    },
    /** A durable subscription that several consume. */
    SHARED_SUBSCRIPTION(new IsthmusTopic("t"), null, true) {
        @Override
        IsthmusConsumer consumer(IsthmusSession session, JmsChoice choice) throws JMSException {
            return session.createSharedDurableConsumer((IsthmusTopic) destination(), NAME, choice.selector());
        }
    },
    /** A durable subscription of one consumer. */
    SUBSCRIPTION(new IsthmusTopic("t"), "somebody", false) {
        @Override
        IsthmusConsumer consumer(IsthmusSession session, JmsChoice choice) throws JMSException {
            return session.createDurableConsumer((IsthmusTopic) destination(), NAME, choice.selector(), false);
        }
    };

    private static final String NAME = "s";

    private final IsthmusDestination destination;
    private final String clientId;
    private final boolean isShared;

    JmsSource(IsthmusDestination destination, String clientId, boolean isShared) {
        this.destination = destination;
        this.clientId = clientId;
        this.isShared = isShared;
    }

    IsthmusDestination destination() {
        return destination;
    }

    /** Of the connections that consume; null for none. */
    String clientId() {
        return clientId;
    }

    boolean isShared() {
        return isShared;
    }

    abstract IsthmusConsumer consumer(IsthmusSession session, JmsChoice choice) throws JMSException;
}
