package org.isthmus.ra.inbound;

import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.UnavailableException;
import jakarta.resource.spi.endpoint.MessageEndpoint;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.lang.reflect.Method;
import java.util.List;
import org.isthmus.jms.BatchMessageListener;
import org.jspecify.annotations.Nullable;

/**
 * A bean for the length of a turn, with the container's own work around each delivery (Jakarta Connectors 13.5.6, option B). Used by the
 * thread that has the turn.
 */
final class Recipient implements AutoCloseable {
    private static final Method ON_MESSAGE = method(MessageListener.class, "onMessage", Message.class);
    private static final Method ON_MESSAGES = method(BatchMessageListener.class, "onMessages", List.class);

    private final MessageEndpoint endpoint;
    private final Method callback;
    private final boolean transacted;
    private final @Nullable TransactionSynchronizationRegistry transactions;

    private Recipient(
            MessageEndpoint endpoint,
            Method callback,
            boolean transacted,
            @Nullable TransactionSynchronizationRegistry transactions) {
        this.endpoint = endpoint;
        this.callback = callback;
        this.transacted = transacted;
        this.transactions = transactions;
    }

    /** Takes a bean from the server. */
    static Recipient open(
            MessageEndpointFactory endpoints,
            @Nullable TransactionSynchronizationRegistry transactions,
            boolean takesLists)
            throws UnavailableException {
        var callback = takesLists ? ON_MESSAGES : ON_MESSAGE;
        // No XAResource: acknowledgement takes part in no transaction yet.
        return new Recipient(endpoints.createEndpoint(null), callback, isTransacted(endpoints, callback), transactions);
    }

    /**
     * Returns where the bean has accepted what it was given: it returned, and its transaction, if any, was committed.
     *
     * @param messages one, but for a bean that takes lists
     */
    void receive(List<Message> messages) throws ResourceException {
        try {
            endpoint.beforeDelivery(callback);
        } catch (NoSuchMethodException e) {
            throw new ResourceException(
                    "The bean is no " + callback.getDeclaringClass().getName(), e);
        }
        var outcome = new Outcome();
        try {
            if (transacted && transactions != null) {
                outcome.join(transactions);
            }
            if (callback.equals(ON_MESSAGES)) {
                ((BatchMessageListener) endpoint).onMessages(messages);
            } else {
                ((MessageListener) endpoint).onMessage(messages.get(0));
            }
        } finally {
            endpoint.afterDelivery();
        }
        if (outcome.rolledBack) {
            throw new ResourceException("The bean's transaction was rolled back");
        }
    }

    /** Also after a failure: the server is then free to give the next turn a new bean. */
    @Override
    public void close() {
        endpoint.release();
    }

    private static boolean isTransacted(MessageEndpointFactory endpoints, Method callback) {
        try {
            return endpoints.isDeliveryTransacted(callback);
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    private static Method method(Class<?> listener, String name, Class<?> parameter) {
        try {
            return listener.getMethod(name, parameter);
        } catch (NoSuchMethodException e) {
            throw new LinkageError(listener.getName() + " has no " + name, e);
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
