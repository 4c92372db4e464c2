package org.isthmus.benchmarks.jms;

import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** One request after another for a while, not persistent, to a listener in another session that answers to the request's temporary queue. */
final class Requesting implements Workload {
    private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final String QUEUE = "requests";

    private final Session session;

    Requesting(Connection connection) throws JMSException {
        session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        var answering = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        var replies = answering.createProducer(null);
        replies.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
        answering
                .createConsumer(answering.createQueue(QUEUE))
                .setMessageListener(request -> answer(request, answering, replies));
    }

    /** A request that goes unanswered is missed where it was asked. */
    private static void answer(Message request, Session session, MessageProducer replies) {
        try {
            var reply = Workload.message(session, new byte[MESSAGE_BYTES]);
            reply.setJMSCorrelationID(request.getJMSMessageID());
            replies.send(request.getJMSReplyTo(), reply);
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The median and the 99th percentile, in microseconds. */
    @Override
    public double[] round(int number) throws JMSException {
        var replyTo = session.createTemporaryQueue();
        var nanos = new long[1024];
        var count = 0;
        try (var consumer = session.createConsumer(replyTo);
                var producer = session.createProducer(session.createQueue(QUEUE))) {
            producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
            var end = System.nanoTime() + ROUND_NANOS;
            while (System.nanoTime() < end) {
                if (count == nanos.length) {
                    nanos = Arrays.copyOf(nanos, 2 * count);
                }
                nanos[count++] = ask(producer, replyTo, consumer);
            }
        }
        replyTo.delete();
        Arrays.sort(nanos, 0, count);
        return new double[] {nanos[count / 2] / 1e3, nanos[(int) (count * 0.99)] / 1e3};
    }

    private long ask(MessageProducer producer, Destination replyTo, MessageConsumer replies) throws JMSException {
        var start = System.nanoTime();
        var request = Workload.message(session, new byte[MESSAGE_BYTES]);
        request.setJMSReplyTo(replyTo);
        producer.send(request);
        var reply = Workload.receive(replies);
        var took = System.nanoTime() - start;
        if (!request.getJMSMessageID().equals(reply.getJMSCorrelationID())) {
            throw new JMSException("a reply to another request: " + reply);
        }
        return took;
    }
}
