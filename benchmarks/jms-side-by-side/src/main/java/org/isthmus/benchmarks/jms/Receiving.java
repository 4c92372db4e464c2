package org.isthmus.benchmarks.jms;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.util.concurrent.TimeUnit;

/** One consumer receives persistent messages that wait for it, each acknowledged automatically, for a while or until there is none. */
final class Receiving implements Workload {
    private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int MESSAGES = 40_000;

    private final Connection connection;
    private final Session session;

    Receiving(Connection connection) throws JMSException {
        this.connection = connection;
        session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
    }

    @Override
    public double[] round(int number) throws JMSException {
        var queue = session.createQueue("received-" + number);
        Backlog.load(connection, queue, MESSAGES, MESSAGE_BYTES);
        var start = System.nanoTime();
        try (var consumer = session.createConsumer(queue)) {
            var received = 0;
            while (received < MESSAGES && System.nanoTime() - start < ROUND_NANOS) {
                Workload.receive(consumer);
                received++;
            }
            return new double[] {Workload.perSecond(received, start)};
        }
    }
}
