package org.isthmus.benchmarks.mdb.application;

import jakarta.jms.BytesMessage;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/** Sends persistent messages of 1 KiB by the server's pool, whose name the server's command line says. */
@SuppressWarnings("BanJNDI") // the names are the benchmark's own
final class Sending {
    private static final byte[] BODY = new byte[1024];

    private Sending() {}

    static JMSContext context() throws NamingException {
        ConnectionFactory factory = InitialContext.doLookup(System.getProperty("measured.factory"));
        return factory.createContext();
    }

    static Destination queue(String name) throws NamingException {
        return InitialContext.doLookup("java:global/measured/" + name);
    }

    static void send(JMSContext context, Destination queue) {
        context.createProducer().send(queue, BODY);
    }

    static void forward(Message message) {
        try (var context = context()) {
            context.createProducer().send(queue("forwarded"), ((BytesMessage) message).getBody(byte[].class));
        } catch (NamingException | JMSException e) {
            throw new IllegalStateException(e);
        }
    }
}
