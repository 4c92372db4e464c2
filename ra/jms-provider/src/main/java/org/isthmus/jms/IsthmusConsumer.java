package org.isthmus.jms;

import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageListener;
import jakarta.jms.Queue;
import jakarta.jms.QueueReceiver;
import jakarta.jms.Topic;
import jakarta.jms.TopicSubscriber;
import org.isthmus.broker.client.FetchedRecord;
import org.isthmus.broker.client.NameLease;
import org.isthmus.broker.selector.Selector;
import org.isthmus.jms.mapping.RecordMapping;
import org.jspecify.annotations.Nullable;

/**
 * A consumer of a session: an {@link Inflow}, what of it is for the application, and how the application wants it. Used by the session's
 * thread; {@link #close} by any.
 */
public final class IsthmusConsumer implements MessageConsumer, TopicSubscriber, QueueReceiver {
    private static final System.Logger LOG = System.getLogger(IsthmusConsumer.class.getName());

    private final IsthmusSession session;
    private final Delivery delivery;
    private final IsthmusDestination destination;
    private final Choice choice;
    private final @Nullable Selector filter; // where the broker does not select
    private final @Nullable String group; // of a subscription that has a name
    private final @Nullable NameLease lease;
    private final Inflow inflow;

    private volatile @Nullable MessageListener listener;
    private volatile @Nullable Runnable signal;
    private volatile boolean closed;
    private boolean receiving; // guarded by the session's lock

    /** What an inflow is made of once there is a consumer. */
    @FunctionalInterface
    interface Source {
        Inflow inflow(IsthmusConsumer consumer);
    }

    /** What of the records is for this consumer. */
    record Choice(@Nullable String selector, boolean noLocal) {
        /** A selector that is null or empty selects everything (§3.8.1.1). */
        static Choice of(@Nullable String selector, boolean noLocal) throws JMSException {
            if (selector == null || selector.isBlank()) {
                return new Choice(null, noLocal);
            }
            var flaw = IntakeOptions.flawOf(selector);
            if (flaw != null) {
                throw new InvalidSelectorException(flaw);
            }
            return new Choice(selector, noLocal);
        }
    }

    IsthmusConsumer(
            IsthmusSession session,
            IsthmusDestination destination,
            Choice choice,
            @Nullable Selector filter,
            @Nullable String group,
            @Nullable NameLease lease,
            Source source) {
        this.session = session;
        this.delivery = session.delivery();
        this.destination = destination;
        this.choice = choice;
        this.filter = filter;
        this.group = group;
        this.lease = lease;
        inflow = source.inflow(this);
    }

    Inflow.Observer observer() {
        return new Inflow.Observer() {
            @Override
            public void arrived() {
                delivery.arrived();
                signalIfAvailable();
            }

            @Override
            public void failed(Throwable failure) {
                delivery.arrived();
                IsthmusConsumer.this.failed(JmsErrors.failed("receiving from " + destination, failure));
            }
        };
    }

    ShareInflow.Demand demand() {
        return new ShareInflow.Demand() {
            @Override
            public boolean isFlowing() {
                return listener != null || signal != null;
            }

            @Override
            public boolean isReceiving() {
                return receiving;
            }

            @Override
            public boolean isStarted() {
                return delivery.isStarted();
            }
        };
    }

    Inflow inflow() {
        return inflow;
    }

    IsthmusDestination destination() {
        return destination;
    }

    boolean isClosed() {
        return closed;
    }

    boolean isReceiving() {
        return receiving;
    }

    void setReceiving(boolean receiving) {
        this.receiving = receiving;
    }

    boolean hasListener() {
        return listener != null;
    }

    void failed(JMSException failure) {
        if (!closed) {
            session.connection().report(failure);
        }
    }

    /** Whether this consumer belongs to the subscription that this share group is. */
    boolean isOf(String subscription) {
        return subscription.equals(group);
    }

    /** The record as a message, or null where it is not for this consumer: it has expired, is not selected, or its own. */
    @Nullable
    IsthmusMessage message(FetchedRecord fetched, int attempt) {
        int before;
        delivery.lock.lock();
        try {
            before = inflow.deliveryCount(fetched) - 1;
        } finally {
            delivery.lock.unlock();
        }
        var connection = session.connection();
        var envelope = RecordMapping.toEnvelope(fetched, connection.recordsAsText(), before + attempt);
        boolean expired = envelope.expiresMs() != 0
                && envelope.expiresMs() <= connection.surroundings().clock().wallMs();
        boolean own = choice.noLocal() && connection.origin().equals(envelope.origin());
        if (expired || own || (filter != null && !filter.matches(new SelectedFields(envelope)))) {
            return null;
        }
        var message = Messages.received(envelope, connection.trustedClasses());
        message.receivedBy(session::acknowledge, destination, before + attempt > 1);
        return message;
    }

    /** Whether the listener took the message without an exception. */
    boolean deliver(Message message) {
        var to = listener;
        if (to == null) {
            return false;
        }
        try {
            to.onMessage(message);
            return true;
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "A listener of " + destination + " failed", e);
            return false;
        }
    }

    <T> @Nullable T receive(long timeoutMs, Delivery.Extraction<T> extraction) throws JMSException {
        requireOpen();
        if (listener != null || signal != null) {
            throw new IllegalStateException("this consumer has a listener, so it cannot receive");
        }
        return delivery.receive(this, timeoutMs, extraction);
    }

    @Override
    public @Nullable Message receive() throws JMSException {
        return receive(Delivery.FOREVER, message -> message);
    }

    @Override
    public @Nullable Message receive(long timeout) throws JMSException {
        return receive(Math.max(timeout, 0), message -> message);
    }

    @Override
    public @Nullable Message receiveNoWait() throws JMSException {
        requireOpen();
        if (listener != null) {
            throw new IllegalStateException("this consumer has a listener, so it cannot receive");
        }
        return delivery.receive(this, Delivery.AT_ONCE, message -> message);
    }

    @Override
    public @Nullable MessageListener getMessageListener() throws JMSException {
        requireOpen();
        return listener;
    }

    @Override
    public void setMessageListener(@Nullable MessageListener listener) throws JMSException {
        requireOpen();
        if (signal != null) {
            throw new IllegalStateException("this consumer is received from when it signals");
        }
        this.listener = listener;
        delivery.listenerChanged();
        inflow.pump();
    }

    /**
     * Has {@code signal} called, by a thread of the broker's client, whenever a message may be received without waiting; at once and
     * whenever delivery starts again if there is one already. It may be called more often than that. It must return at once and must not
     * use the session. The messages are then taken with {@link #receiveNoWait}.
     */
    public void onAvailable(Runnable signal) throws JMSException {
        requireOpen();
        if (listener != null) {
            throw new IllegalStateException("this consumer has a listener");
        }
        this.signal = signal;
        inflow.pump();
        signalIfAvailable();
    }

    /** Whether {@link #receiveNoWait} would probably answer a message. For any thread. */
    public boolean hasAvailable() {
        return !closed && delivery.isAvailable(this);
    }

    void signalIfAvailable() {
        var call = signal;
        if (call != null && hasAvailable()) {
            call.run();
        }
    }

    @Override
    public @Nullable String getMessageSelector() throws JMSException {
        requireOpen();
        return choice.selector();
    }

    @Override
    public Topic getTopic() throws JMSException {
        requireOpen();
        if (destination instanceof Topic topic) {
            return topic;
        }
        throw new IllegalStateException("a consumer of a queue");
    }

    @Override
    public Queue getQueue() throws JMSException {
        requireOpen();
        if (destination instanceof Queue queue) {
            return queue;
        }
        throw new IllegalStateException("a consumer of a topic");
    }

    @Override
    public boolean getNoLocal() throws JMSException {
        requireOpen();
        return choice.noLocal();
    }

    private void requireOpen() throws JMSException {
        if (closed) {
            throw new IllegalStateException("the consumer is closed");
        }
        session.requireOpen();
    }

    @Override
    public void close() throws JMSException {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        boolean isDone = delivery.remove(this);
        try {
            inflow.close();
            JmsErrors.await(inflow.commit(), "acknowledging what " + destination + " delivered");
        } finally {
            if (isDone) {
                JmsErrors.await(inflow.abandon(), "leaving " + destination);
            }
            if (lease != null) {
                JmsErrors.await(lease.end(), "giving up the name of a subscription");
            }
        }
    }
}
