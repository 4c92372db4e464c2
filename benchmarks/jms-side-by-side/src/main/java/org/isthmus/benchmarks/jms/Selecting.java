package org.isthmus.benchmarks.jms;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.Session;

/** Of a long backlog that nobody else takes, a consumer's selector wants one message in a thousand, each consumer others. */
final class Selecting implements Workload {
    private static final int MESSAGES = 100_000;
    private static final int BODY_BYTES = 100;
    private static final int WANTED = MESSAGES / Backlog.SLOTS;
    private static final int CONSUMERS = 5;

    private final Session session;
    private final Queue queue;

    Selecting(Connection connection) throws JMSException {
        session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        queue = session.createQueue("selected");
        Backlog.load(connection, queue, MESSAGES, BODY_BYTES);
    }

    @Override
    public double[] round(int number) throws JMSException {
        var start = System.nanoTime();
        for (int i = 0; i < CONSUMERS; i++) {
            var slot = number * CONSUMERS + i;
            try (var consumer = session.createConsumer(queue, Backlog.SLOT + " = " + slot)) {
                for (int n = 0; n < WANTED; n++) {
                    Workload.receive(consumer);
                }
            }
        }
        return new double[] {Workload.perSecond(CONSUMERS * WANTED, start)};
    }
}
