package org.isthmus.benchmarks.jms;

import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;

/** What a client does round after round over one connection. Knows {@code jakarta.jms} and no provider. */
interface Workload {
    int MESSAGE_BYTES = 1024;
    long RECEIVE_TIMEOUT_MS = 30_000;

    /** One round; returns its figures in the order of the row's. */
    double[] round(int number) throws JMSException, InterruptedException;

    interface Opening {
        Workload open(Connection connection) throws JMSException;
    }

    static Message message(Session session, byte[] body) throws JMSException {
        BytesMessage message = session.createBytesMessage();
        message.writeBytes(body);
        return message;
    }

    static Message receive(MessageConsumer consumer) throws JMSException {
        var message = consumer.receive(RECEIVE_TIMEOUT_MS);
        if (message == null) {
            throw new JMSException("no message within " + RECEIVE_TIMEOUT_MS + " ms");
        }
        return message;
    }

    static double perSecond(long count, long startNanos) {
        return count * 1e9 / (System.nanoTime() - startNanos);
    }
}
