package org.isthmus.examples.plain;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.Topic;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/** Two workers share a durable subscription: each message goes to one of them, also what was published while nobody was there. */
@SuppressWarnings("BanJNDI") // a warning of the build against names that come from outside
public final class SharedSubscription {
    private SharedSubscription() {}

    public static void main(String... args) throws NamingException {
        var names = new InitialContext();
        var factory = (ConnectionFactory) names.lookup("ConnectionFactory");
        var news = (Topic) names.lookup("news");
        try (var context = factory.createContext()) {
            context.createSharedDurableConsumer(news, "readers").close(); // from now on nothing is missed
            context.createProducer().send(news, "high tide at six").send(news, "ferry cancelled");
        }
        try (var one = factory.createContext();
                var two = factory.createContext()) {
            var first = one.createSharedDurableConsumer(news, "readers");
            var second = two.createSharedDurableConsumer(news, "readers");
            System.out.println("First reads: " + first.receiveBody(String.class, 10_000));
            System.out.println("Second reads: " + second.receiveBody(String.class, 10_000));
        }
    }
}
