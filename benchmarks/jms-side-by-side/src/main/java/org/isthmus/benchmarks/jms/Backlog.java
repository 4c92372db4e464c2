package org.isthmus.benchmarks.jms;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.Session;

/** Puts persistent messages into a queue, as fast as transactions allow; each says in {@link #SLOT} its number modulo {@link #SLOTS}. */
final class Backlog {
    static final String SLOT = "slot";
    static final int SLOTS = 1000;

    private static final int BATCH = 1000;

    private Backlog() {}

    static void load(Connection connection, Queue queue, int messages, int bodyBytes) throws JMSException {
        var body = new byte[bodyBytes];
        try (var session = connection.createSession(true, Session.SESSION_TRANSACTED);
                var producer = session.createProducer(queue)) {
            for (int i = 0; i < messages; i++) {
                var message = Workload.message(session, body);
                message.setIntProperty(SLOT, i % SLOTS);
                producer.send(message);
                if (i % BATCH == BATCH - 1) {
                    session.commit();
                }
            }
            session.commit();
        }
    }
}
