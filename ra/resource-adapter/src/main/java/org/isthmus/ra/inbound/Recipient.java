package org.isthmus.ra.inbound;

import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.endpoint.MessageEndpoint;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * A bean for the length of a turn, with the container's own work around each message (Jakarta Connectors 13.5.6, option B). Used by the
 * thread that has the turn.
 */
final class Recipient {
    private static final Method ON_MESSAGE = onMessage();

    private final MessageEndpoint endpoint;
    private final boolean transacted;
    private final @Nullable TransactionSynchronizationRegistry transactions;

    Recipient(
            MessageEndpoint endpoint,
            MessageEndpointFactory endpoints,
            @Nullable TransactionSynchronizationRegistry transactions) {
        this.endpoint = endpoint;
        this.transacted = isTransacted(endpoints);
        this.transactions = transactions;
    }

    /** Returns where the bean has accepted the message: it returned, and its transaction, if any, was committed. */
    void receive(Message message) throws ResourceException {
        try {
            endpoint.beforeDelivery(ON_MESSAGE);
        } catch (NoSuchMethodException e) {
            throw new ResourceException("The bean is no jakarta.jms.MessageListener", e);
        }
        var outcome = new Outcome();
        try {
            if (transacted && transactions != null) {
                outcome.join(transactions);
            }
            ((MessageListener) endpoint).onMessage(message);
        } finally {
            endpoint.afterDelivery();
        }
        if (outcome.rolledBack) {
            throw new ResourceException("The bean's transaction was rolled back");
        }
    }

    private static boolean isTransacted(MessageEndpointFactory endpoints) {
        try {
            return endpoints.isDeliveryTransacted(ON_MESSAGE);
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    private static Method onMessage() {
        try {
            return MessageListener.class.getMethod("onMessage", Message.class);
        } catch (NoSuchMethodException e) {
            throw new LinkageError("jakarta.jms.MessageListener has no onMessage", e);
        }
    }

    /** How the container's transaction ended. {@code setRollbackOnly} throws nothing, so without this the message would count as received. */
    private static final class Outcome implements Synchronization {
        private volatile boolean rolledBack;

        void join(TransactionSynchronizationRegistry transactions) {
            if (transactions.getTransactionKey() != null) {
                transactions.registerInterposedSynchronization(this);
            }
        }

        @Override
        public void beforeCompletion() {
            // Nothing to flush.
        }

        @Override
        public void afterCompletion(int status) {
            rolledBack = status != Status.STATUS_COMMITTED;
        }
    }
}
