package org.isthmus.arquillian;

import jakarta.annotation.Resource;
import jakarta.ejb.SessionContext;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Queue;

/** Sends in the transaction that the container has for it, or in none. */
@Stateless
public class SenderBean {
    @Resource(lookup = ModesDefinitions.FACTORY)
    private ConnectionFactory factory;

    @Resource
    private SessionContext transaction;

    public void required(Queue to, String text, boolean refuse) {
        send(to, text);
        if (refuse) {
            transaction.setRollbackOnly();
        }
    }

    @TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
    public void requiresNew(Queue to, String text) {
        send(to, text);
    }

    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public void notSupported(Queue to, String text) {
        send(to, text);
        throw new IllegalStateException("Too late to take it back");
    }

    private void send(Queue to, String text) {
        try (var context = factory.createContext()) {
            context.createProducer().send(to, text);
        }
    }
}
