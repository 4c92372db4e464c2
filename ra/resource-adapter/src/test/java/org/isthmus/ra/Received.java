package org.isthmus.ra;

import jakarta.jms.JMSException;
import jakarta.jms.Message;

/** What a bean was handed, and for which time. */
record Received(String text, int deliveries) {
    static Received of(Message message) {
        try {
            return new Received(message.getBody(String.class), message.getIntProperty("JMSXDeliveryCount"));
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }
}
