package org.isthmus.examples.plain;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.Queue;
import java.util.Locale;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/** Asks a service and waits for its answer, which comes to a queue that ends with the asker's connection. */
@SuppressWarnings("BanJNDI") // a warning of the build against names that come from outside
public final class RequestReply {
    private RequestReply() {}

    public static void main(String... args) throws NamingException {
        var names = new InitialContext();
        var factory = (ConnectionFactory) names.lookup("ConnectionFactory");
        var work = (Queue) names.lookup("work");
        try (var service = factory.createContext();
                var asker = factory.createContext()) {
            service.createConsumer(work).setMessageListener(request -> {
                try {
                    var answer = request.getBody(String.class).toUpperCase(Locale.ROOT);
                    service.createProducer()
                            .setJMSCorrelationID(request.getJMSMessageID())
                            .send(request.getJMSReplyTo(), answer);
                } catch (JMSException e) {
                    throw new JMSRuntimeException(e.getMessage(), e.getErrorCode(), e);
                }
            });

            var replies = asker.createTemporaryQueue();
            asker.createProducer().setJMSReplyTo(replies).send(work, "how loud is the foghorn");
            System.out.println("Answer: " + asker.createConsumer(replies).receiveBody(String.class, 10_000));
        }
    }
}
