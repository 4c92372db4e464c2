package org.isthmus.benchmarks.jms;

import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.util.concurrent.TimeUnit;

/** One producer sends non-persistent messages for a while to a queue of each round; few enough that all rounds stay in a broker's memory. */
final class UnsyncedSending implements Workload {
    private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int MESSAGES = 50_000;

    private final Session session;

    UnsyncedSending(Connection connection) throws JMSException {
        session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
    }

    @Override
    public double[] round(int number) throws JMSException {
        var queue = session.createQueue("unsynced-" + number);
        var body = new byte[MESSAGE_BYTES];
        try (var producer = session.createProducer(queue)) {
            producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
            var start = System.nanoTime();
            var sent = 0;
            while (sent < MESSAGES && System.nanoTime() - start < ROUND_NANOS) {
                producer.send(Workload.message(session, body));
                sent++;
            }
            return new double[] {Workload.perSecond(sent, start)};
        }
    }
}
