package org.isthmus.examples.plain;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.Queue;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/** Sends a message to a queue and receives it. */
@SuppressWarnings("BanJNDI") // a warning of the build against names that come from outside
public final class SendAndReceive {
    private SendAndReceive() {}

    public static void main(String... args) throws NamingException {
        var names = new InitialContext();
        var factory = (ConnectionFactory) names.lookup("ConnectionFactory");
        var work = (Queue) names.lookup("work");
        try (var context = factory.createContext()) {
            context.createProducer().setProperty("colour", "green").send(work, "paint the boat");
            var green = context.createConsumer(work, "colour = 'green'");
            System.out.println("Received: " + green.receiveBody(String.class, 10_000));
        }
    }
}
