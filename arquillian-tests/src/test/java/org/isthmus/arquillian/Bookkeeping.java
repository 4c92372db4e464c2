package org.isthmus.arquillian;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.transaction.TransactionManager;
import java.util.ArrayList;
import java.util.List;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.isthmus.arquillian.DyingResource.Phase;

/** Sends to a queue in transactions that another resource takes part in, and may kill the server by; by a global pool of the server. */
@SuppressWarnings("BanJNDI") // the names are in the code
final class Bookkeeping {
    static final String WORK = "work";
    static final String BOOKED = "booked";

    private Bookkeeping() {}

    static ConnectionFactory factory() throws NamingException {
        return InitialContext.doLookup("jms/books");
    }

    /** In the transaction of the calling thread, which kills the server in the given phase. */
    static void book(String text, Phase deadly) {
        try {
            TransactionManager manager = InitialContext.doLookup("java:appserver/TransactionManager");
            manager.getTransaction().enlistResource(new DyingResource(deadly));
            try (var context = factory().createContext()) {
                context.createProducer().send(context.createQueue(BOOKED), text);
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is booked and what is still to be worked on, sorted. */
    static String state() throws NamingException {
        try (var context = factory().createContext()) {
            return messages(context, BOOKED) + " " + messages(context, WORK);
        }
    }

    private static List<String> messages(JMSContext context, String queue) {
        var texts = new ArrayList<String>();
        try (var browser = context.createBrowser(context.createQueue(queue))) {
            var messages = browser.getEnumeration();
            while (messages.hasMoreElements()) {
                texts.add(((jakarta.jms.Message) messages.nextElement()).getBody(String.class));
            }
        } catch (jakarta.jms.JMSException e) {
            throw new IllegalStateException(e);
        }
        texts.sort(null);
        return texts;
    }
}
