package org.isthmus.benchmarks.jms;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.util.concurrent.TimeUnit;

/** One session in whose transactions so many messages are received, and as many sent to the same queue, for a while. */
final class Transacting implements Workload {
    private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Always more than one transaction takes, so none waits for what the one before it sent. */
    private static final int WAITING = 1000;

    private final Session session;
    private final int messages;

    Transacting(Connection connection, int messages) throws JMSException {
        session = connection.createSession(true, Session.SESSION_TRANSACTED);
        this.messages = messages;
        Backlog.load(connection, session.createQueue("transacted"), WAITING, MESSAGE_BYTES);
    }

    @Override
    public double[] round(int number) throws JMSException {
        var queue = session.createQueue("transacted");
        var body = new byte[MESSAGE_BYTES];
        try (var consumer = session.createConsumer(queue);
                var producer = session.createProducer(queue)) {
            var start = System.nanoTime();
            var transactions = 0L;
            while (System.nanoTime() - start < ROUND_NANOS) {
                for (int i = 0; i < messages; i++) {
                    Workload.receive(consumer);
                    producer.send(Workload.message(session, body));
                }
                session.commit();
                transactions++;
            }
            return new double[] {Workload.perSecond(transactions, start)};
        }
    }
}
