package org.isthmus.arquillian;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/** Sends on between the brokers of two adapters, whose factories the server names to applications by system properties. */
@SuppressWarnings("BanJNDI") // the names are those of the test
final class Relay {
    static final String FIRST = "isthmus.test.factory";
    static final String SECOND = "isthmus.test.factory.second";

    /** There is one of this name at each broker. */
    static final String LETTERS = "letters";

    static final String ARRIVED = "arrived";

    private Relay() {}

    static ConnectionFactory factory(String property) throws NamingException {
        return InitialContext.doLookup(System.getProperty(property));
    }

    /** In the transaction in which the message came. The first of its deliveries is refused once it was sent on. */
    static void sendOn(Message message, String property, String queue, String by) {
        try (var context = factory(property).createContext()) {
            int delivery = message.getIntProperty("JMSXDeliveryCount");
            context.createProducer()
                    .send(context.createQueue(queue), message.getBody(String.class) + " " + by + " at " + delivery);
            if (delivery == 1) {
                throw new IllegalStateException("Refused, as the test has it");
            }
        } catch (NamingException | JMSException e) {
            throw new IllegalStateException(e);
        }
    }
}
