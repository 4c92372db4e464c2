package org.isthmus.benchmarks.jms;

import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Session;

/** One producer sends so many non-persistent messages; then, outside of the figure, they are received, so that no round finds a full memory. */
final class UnsyncedSending implements Workload {
    private static final int MESSAGES = 100_000;

    private final Session session;

    UnsyncedSending(Connection connection) throws JMSException {
        session = connection.createSession(false, Session.DUPS_OK_ACKNOWLEDGE);
    }

    @Override
    public double[] round(int number) throws JMSException {
        var queue = session.createQueue("unsynced");
        var body = new byte[MESSAGE_BYTES];
        double sentPerSecond;
        try (var producer = session.createProducer(queue)) {
            producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
            var start = System.nanoTime();
            for (int i = 0; i < MESSAGES; i++) {
                producer.send(Workload.message(session, body));
            }
            sentPerSecond = Workload.perSecond(MESSAGES, start);
        }
        try (var consumer = session.createConsumer(queue)) {
            for (int i = 0; i < MESSAGES; i++) {
                Workload.receive(consumer);
            }
        }
        return new double[] {sentPerSecond};
    }
}
