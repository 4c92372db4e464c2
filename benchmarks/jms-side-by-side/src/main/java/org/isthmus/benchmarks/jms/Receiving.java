package org.isthmus.benchmarks.jms;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Session;

/** One consumer receives persistent messages that wait for it, each acknowledged automatically. */
final class Receiving implements Workload {
    private static final int MESSAGES = 40_000;

    private final Connection connection;
    private final Session session;

    Receiving(Connection connection) throws JMSException {
        this.connection = connection;
        session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
    }

    @Override
    public double[] round(int number) throws JMSException {
        var queue = session.createQueue("received");
        Backlog.load(connection, queue, MESSAGES, MESSAGE_BYTES);
        var start = System.nanoTime();
        try (var consumer = session.createConsumer(queue)) {
            for (int i = 0; i < MESSAGES; i++) {
                Workload.receive(consumer);
            }
            return new double[] {Workload.perSecond(MESSAGES, start)};
        }
    }
}
