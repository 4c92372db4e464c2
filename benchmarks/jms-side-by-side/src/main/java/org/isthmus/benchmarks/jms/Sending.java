package org.isthmus.benchmarks.jms;

import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** So many producers, each with a session and a thread of its own, send persistent messages to one queue for a while. */
final class Sending implements Workload {
    private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final List<Session> sessions = new ArrayList<>();
    private final ExecutorService threads;

    Sending(Connection connection, int producers) throws JMSException {
        for (int i = 0; i < producers; i++) {
            sessions.add(connection.createSession(false, Session.AUTO_ACKNOWLEDGE));
        }
        threads = Executors.newFixedThreadPool(producers, run -> {
            var thread = new Thread(run, "producer");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public double[] round(int number) throws JMSException, InterruptedException {
        var tasks = new ArrayList<Callable<Long>>();
        var start = System.nanoTime();
        for (var session : sessions) {
            tasks.add(() -> send(session, "sent-" + number, start + ROUND_NANOS));
        }
        var sent = 0L;
        try {
            for (var task : threads.invokeAll(tasks)) {
                sent += task.get();
            }
        } catch (ExecutionException e) {
            throw (JMSException) new JMSException("a producer failed").initCause(e);
        }
        return new double[] {Workload.perSecond(sent, start)};
    }

    private static long send(Session session, String queue, long end) throws JMSException {
        try (var producer = session.createProducer(session.createQueue(queue))) {
            producer.setDeliveryMode(DeliveryMode.PERSISTENT);
            var body = new byte[MESSAGE_BYTES];
            var sent = 0L;
            while (System.nanoTime() < end) {
                producer.send(Workload.message(session, body));
                sent++;
            }
            return sent;
        }
    }
}
