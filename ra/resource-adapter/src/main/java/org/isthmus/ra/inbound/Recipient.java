package org.isthmus.ra.inbound;

import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.UnavailableException;
import jakarta.resource.spi.endpoint.MessageEndpoint;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.lang.reflect.Method;
import java.util.List;
import java.util.function.Supplier;
import org.isthmus.jms.BatchMessageListener;
import org.isthmus.jms.Loan;
import org.isthmus.jms.TransactedDelivery;
import org.isthmus.jms.TransactedDelivery.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * A bean for the length of a turn, with the container's own work around each delivery (Jakarta Connectors 13.5.6, option B). Where the container
 * calls it in a transaction, what it is handed is part of that. Used by the thread that has the turn.
 */
final class Recipient implements AutoCloseable {
    private static final Method ON_MESSAGE = method(MessageListener.class, "onMessage", Message.class);
    private static final Method ON_MESSAGES = method(BatchMessageListener.class, "onMessages", List.class);

    private final MessageEndpoint endpoint;
    private final Method callback;
    private final @Nullable TransactedDelivery transaction;

    private Recipient(MessageEndpoint endpoint, Method callback, @Nullable TransactedDelivery transaction) {
        this.endpoint = endpoint;
        this.callback = callback;
        this.transaction = transaction;
    }

    /**
     * Takes a bean from the server.
     *
     * @param transactions what takes part for the bean where its container calls it in transactions
     */
    static Recipient open(
            MessageEndpointFactory endpoints, Supplier<TransactedDelivery> transactions, boolean takesLists)
            throws UnavailableException {
        var callback = takesLists ? ON_MESSAGES : ON_MESSAGE;
        var transaction = isTransacted(endpoints, callback) ? transactions.get() : null;
        var endpoint = endpoints.createEndpoint(transaction == null ? null : transaction.xaResource());
        return new Recipient(endpoint, callback, transaction);
    }

    /**
     * Hands messages to the bean, and answers what became of them.
     *
     * @param loans one, but for a bean that takes lists
     */
    Received receive(List<Loan> loans) {
        if (transaction != null) {
            transaction.begin(loans);
        }
        Throwable failure = null;
        try {
            call(loans.stream().map(Loan::message).toList());
        } catch (ResourceException | RuntimeException | Error e) {
            failure = e;
        }
        return new Received(transaction == null ? Outcome.OUTSIDE : transaction.end(), failure);
    }

    /** @param failure what the bean or its container threw; null where both have returned */
    record Received(Outcome outcome, @Nullable Throwable failure) {}

    private void call(List<Message> messages) throws ResourceException {
        try {
            endpoint.beforeDelivery(callback);
        } catch (NoSuchMethodException e) {
            throw new ResourceException(
                    "The bean is no " + callback.getDeclaringClass().getName(), e);
        }
        try {
            if (callback.equals(ON_MESSAGES)) {
                ((BatchMessageListener) endpoint).onMessages(messages);
            } else {
                ((MessageListener) endpoint).onMessage(messages.get(0));
            }
        } finally {
            endpoint.afterDelivery();
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
}
