package org.isthmus.jms;

import jakarta.jms.BytesMessage;
import jakarta.jms.Destination;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.QueueSender;
import jakarta.jms.QueueSession;
import jakarta.jms.StreamMessage;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import jakarta.jms.TopicPublisher;
import jakarta.jms.TopicSession;
import java.io.Serializable;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.TopicInfo;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.selector.Selector;
import org.jspecify.annotations.Nullable;

/**
 * A session: makes messages, producers and consumers, and owns the {@link Outflow} that sends and the {@link Delivery} that hands out.
 * One thread uses a session, be it the application's or its own for listeners; {@link #close} may be called by any.
 */
public class IsthmusSession implements TopicSession, QueueSession {
    private final IsthmusConnection connection;
    private final Domain domain;
    private final int mode;
    private final Delivery delivery;
    private final Outflow outflow;
    private final SessionTransaction transaction;
    private volatile boolean closed;

    IsthmusSession(IsthmusConnection connection, Domain domain, int mode, String name, Executor threads) {
        this(
                connection,
                domain,
                mode,
                name,
                threads,
                new SessionTransaction(connection.client(), mode == SESSION_TRANSACTED));
    }

    IsthmusSession(
            IsthmusConnection connection,
            Domain domain,
            int mode,
            String name,
            Executor threads,
            SessionTransaction transaction) {
        this.connection = connection;
        this.domain = domain;
        this.mode = mode;
        this.transaction = transaction;
        delivery = new Delivery(
                connection.surroundings(),
                new SerialExecutor(threads),
                mode,
                transaction,
                connection.blocksOnAcknowledge());
        outflow = new Outflow(connection, name, threads, transaction);
    }

    IsthmusConnection connection() {
        return connection;
    }

    Delivery delivery() {
        return delivery;
    }

    Outflow outflow() {
        return outflow;
    }

    SessionTransaction transaction() {
        return transaction;
    }

    boolean isClosed() {
        return closed;
    }

    /** For a producer that would tell a completion listener. */
    void requireCompletions() throws JMSException {}

    void requireOpen() throws JMSException {
        if (closed) {
            throw new IllegalStateException("the session is closed");
        }
    }

    // Messages

    @Override
    public BytesMessage createBytesMessage() throws JMSException {
        requireOpen();
        return new IsthmusBytesMessage();
    }

    @Override
    public MapMessage createMapMessage() throws JMSException {
        requireOpen();
        return new IsthmusMapMessage();
    }

    @Override
    public Message createMessage() throws JMSException {
        requireOpen();
        return new IsthmusMessage();
    }

    @Override
    public ObjectMessage createObjectMessage() throws JMSException {
        requireOpen();
        return new IsthmusObjectMessage();
    }

    @Override
    public ObjectMessage createObjectMessage(@Nullable Serializable object) throws JMSException {
        var message = createObjectMessage();
        message.setObject(object);
        return message;
    }

    @Override
    public StreamMessage createStreamMessage() throws JMSException {
        requireOpen();
        return new IsthmusStreamMessage();
    }

    @Override
    public TextMessage createTextMessage() throws JMSException {
        requireOpen();
        return new IsthmusTextMessage();
    }

    @Override
    public TextMessage createTextMessage(@Nullable String text) throws JMSException {
        var message = createTextMessage();
        message.setText(text);
        return message;
    }

    // Destinations

    @Override
    public Queue createQueue(String name) throws JMSException {
        requireOpen();
        domain.requireQueues("createQueue");
        return IsthmusDestination.queue(name);
    }

    @Override
    public Topic createTopic(String name) throws JMSException {
        requireOpen();
        domain.requireTopics("createTopic");
        return IsthmusDestination.topic(name);
    }

    @Override
    public TemporaryQueue createTemporaryQueue() throws JMSException {
        requireOpen();
        domain.requireQueues("createTemporaryQueue");
        return connection.temporaries().createQueue();
    }

    @Override
    public TemporaryTopic createTemporaryTopic() throws JMSException {
        requireOpen();
        domain.requireTopics("createTemporaryTopic");
        return connection.temporaries().createTopic();
    }

    // Producers

    @Override
    public IsthmusProducer createProducer(@Nullable Destination destination) throws JMSException {
        requireOpen();
        return new IsthmusProducer(this, destination == null ? null : IsthmusDestination.of(destination));
    }

    @Override
    public TopicPublisher createPublisher(@Nullable Topic topic) throws JMSException {
        return createProducer(topic);
    }

    @Override
    public QueueSender createSender(@Nullable Queue queue) throws JMSException {
        return createProducer(queue);
    }

    // Consumers

    @Override
    public IsthmusConsumer createConsumer(Destination destination) throws JMSException {
        return createConsumer(destination, null, false);
    }

    @Override
    public IsthmusConsumer createConsumer(Destination destination, @Nullable String selector) throws JMSException {
        return createConsumer(destination, selector, false);
    }

    @Override
    public IsthmusConsumer createConsumer(Destination destination, @Nullable String selector, boolean noLocal)
            throws JMSException {
        requireOpen();
        var from = IsthmusDestination.of(destination);
        connection.temporaries().requireOwn(from);
        var choice = IsthmusConsumer.Choice.of(selector, noLocal);
        return from instanceof IsthmusQueue
                ? ofQueue(from, connection.topics().topic(from), choice)
                : fromTheTail(from, connection.topics().topicNow(from), choice);
    }

    @Override
    public IsthmusConsumer createSubscriber(Topic topic) throws JMSException {
        return createConsumer(topic, null, false);
    }

    @Override
    public IsthmusConsumer createSubscriber(Topic topic, @Nullable String selector, boolean noLocal)
            throws JMSException {
        return createConsumer(topic, selector, noLocal);
    }

    @Override
    public IsthmusConsumer createReceiver(Queue queue) throws JMSException {
        return createConsumer(queue, null, false);
    }

    @Override
    public IsthmusConsumer createReceiver(Queue queue, @Nullable String selector) throws JMSException {
        return createConsumer(queue, selector, false);
    }

    @Override
    public IsthmusConsumer createDurableSubscriber(Topic topic, String name) throws JMSException {
        return createDurableConsumer(topic, name, null, false);
    }

    @Override
    public IsthmusConsumer createDurableSubscriber(Topic topic, String name, @Nullable String selector, boolean noLocal)
            throws JMSException {
        return createDurableConsumer(topic, name, selector, noLocal);
    }

    @Override
    public IsthmusConsumer createDurableConsumer(Topic topic, String name) throws JMSException {
        return createDurableConsumer(topic, name, null, false);
    }

    @Override
    public IsthmusConsumer createDurableConsumer(Topic topic, String name, @Nullable String selector, boolean noLocal)
            throws JMSException {
        requireOpen();
        domain.requireTopics("createDurableConsumer");
        var from = lasting(topic);
        var key = durable(name, true);
        var info = connection.topics().topic(from);
        return durable(from, info, key, IsthmusConsumer.Choice.of(selector, noLocal), false);
    }

    private IsthmusConsumer fromTheTail(IsthmusDestination from, TopicInfo topic, IsthmusConsumer.Choice choice)
            throws JMSException {
        var partitions = TopicOffsets.partitions(topic);
        try {
            var start = connection.start(from);
            if (start instanceof OffsetSpec.Latest) {
                var tails =
                        JmsErrors.await(() -> connection.client().tails(partitions), "looking up the end of " + from);
                var late = new LateSubscriber(topic.id(), tails);
                return open(from, topic, late.positions(), late, choice);
            }
            var positions = TopicOffsets.of(connection.client(), partitions, start);
            return open(from, topic, positions, new LateSubscriber(topic.id(), Map.of()), choice);
        } catch (InvalidDestinationException e) {
            connection.topics().forget(topic.name());
            throw e;
        }
    }

    private IsthmusConsumer durable(
            IsthmusDestination from,
            TopicInfo topic,
            SubscriptionName name,
            IsthmusConsumer.Choice choice,
            boolean shared)
            throws JMSException {
        return subscribed(
                from, topic, name, choice, wanted -> connection.subscriptions().durable(name, wanted), shared);
    }

    /** Joins a subscription. */
    private interface Joining {
        Subscriptions.Part join(Subscriptions.Wanted wanted) throws JMSException;
    }

    private IsthmusConsumer subscribed(
            IsthmusDestination from,
            TopicInfo topic,
            SubscriptionName name,
            IsthmusConsumer.Choice choice,
            Joining joining,
            boolean shared)
            throws JMSException {
        var noLocal = choice.noLocal() ? Optional.of(connection.origin()) : Optional.<String>empty();
        var wanted = new Subscriptions.Wanted(
                topic,
                shared,
                Optional.ofNullable(choice.selector()),
                noLocal,
                connection.start(from),
                connection.redelivery(),
                false);
        try {
            if (!shared) {
                connection.abandonDeparted(name.group());
            }
            var part = joining.join(wanted);
            var consumer = new IsthmusConsumer(
                    this, from, choice, null, name.group(), part.lease(), it -> inflow(it, part.stream()));
            delivery.add(consumer);
            return consumer;
        } catch (InvalidDestinationException e) {
            connection.topics().forget(topic.name());
            throw e;
        }
    }

    private IsthmusConsumer open(
            IsthmusDestination from,
            TopicInfo topic,
            Map<TopicPartition, Long> positions,
            LateSubscriber late,
            IsthmusConsumer.Choice choice) {
        var filter = choice.selector() == null ? null : Selector.parse(choice.selector());
        var client = connection.client();
        var topics = connection.topics();
        var consumer = new IsthmusConsumer(
                this,
                from,
                choice,
                filter,
                null,
                null,
                it -> new TailInflow(
                        client, delivery.lock, positions, late, () -> topics.newest(topic), it.observer()));
        delivery.add(consumer);
        if (consumer.inflow() instanceof TailInflow tail) {
            tail.open();
        }
        return consumer;
    }

    private Inflow inflow(IsthmusConsumer consumer, ShareStream stream) {
        return new ShareInflow(
                delivery.lock,
                connection.surroundings().clock(),
                stream,
                consumer.demand(),
                consumer.observer(),
                mode != CLIENT_ACKNOWLEDGE);
    }

    private IsthmusConsumer ofQueue(IsthmusDestination from, TopicInfo topic, IsthmusConsumer.Choice choice)
            throws JMSException {
        try {
            var stream = ShareGroups.queue(
                    connection.client(),
                    from.getName(),
                    connection.redelivery().ofQueue(from.getName(), choice.selector()));
            var consumer = new IsthmusConsumer(this, from, choice, null, null, null, it -> inflow(it, stream));
            delivery.add(consumer);
            return consumer;
        } catch (InvalidDestinationException e) {
            connection.topics().forget(topic.name());
            throw e;
        }
    }

    /** A topic that ends with a connection cannot have a subscription that outlives it. */
    private static IsthmusDestination lasting(@Nullable Topic topic) throws JMSException {
        var from = IsthmusDestination.of(topic);
        TemporaryDestinations.requireLasting(from);
        return from;
    }

    /** An unshared one belongs to a client identifier; a shared one may do without (§8.3). */
    private SubscriptionName durable(@Nullable String name, boolean needsClientId) throws JMSException {
        var clientId = connection.clientId();
        if (needsClientId && clientId == null) {
            throw new IllegalStateException("an unshared durable subscription needs a client identifier");
        }
        return new SubscriptionName(clientId, named(name), true);
    }

    private static String named(@Nullable String name) throws JMSException {
        if (name == null || name.isEmpty()) {
            throw new JMSException("a subscription needs a name");
        }
        return name;
    }

    @Override
    public IsthmusConsumer createSharedConsumer(Topic topic, String name) throws JMSException {
        return createSharedConsumer(topic, name, null);
    }

    @Override
    public IsthmusConsumer createSharedConsumer(Topic topic, String name, @Nullable String selector)
            throws JMSException {
        requireOpen();
        domain.requireTopics("createSharedConsumer");
        var from = IsthmusDestination.of(topic);
        connection.temporaries().requireOwn(from);
        var key = new SubscriptionName(connection.clientId(), named(name), false);
        var choice = IsthmusConsumer.Choice.of(selector, false);
        return subscribed(
                from,
                connection.topics().topic(from),
                key,
                choice,
                wanted -> connection.subscriptions().ephemeral(key, wanted, connection.leases()),
                true);
    }

    @Override
    public IsthmusConsumer createSharedDurableConsumer(Topic topic, String name) throws JMSException {
        return createSharedDurableConsumer(topic, name, null);
    }

    @Override
    public IsthmusConsumer createSharedDurableConsumer(Topic topic, String name, @Nullable String selector)
            throws JMSException {
        requireOpen();
        domain.requireTopics("createSharedDurableConsumer");
        var from = lasting(topic);
        var key = durable(name, false);
        var choice = IsthmusConsumer.Choice.of(selector, false);
        var info = connection.topics().topic(from);
        return durable(from, info, key, choice, true);
    }

    @Override
    public QueueBrowser createBrowser(Queue queue) throws JMSException {
        return createBrowser(queue, null);
    }

    @Override
    public QueueBrowser createBrowser(Queue queue, @Nullable String selector) throws JMSException {
        requireOpen();
        domain.requireQueues("createBrowser");
        var from = IsthmusDestination.of(queue);
        var choice = IsthmusConsumer.Choice.of(selector, false);
        if (!(from instanceof IsthmusQueue own)) {
            throw new InvalidDestinationException("only queues are browsed: " + from);
        }
        connection.temporaries().requireOwn(own);
        var unused = connection.topics().topic(own); // made where it is missing
        return new IsthmusBrowser(this, own, choice.selector());
    }

    @Override
    public void unsubscribe(String name) throws JMSException {
        requireOpen();
        domain.requireTopics("unsubscribe");
        if (name == null || name.isEmpty()) {
            throw new InvalidDestinationException("there is no durable subscription of this name: " + name);
        }
        connection.subscriptions().unsubscribe(durable(name, false));
    }

    // The session itself

    @Override
    public boolean getTransacted() throws JMSException {
        requireOpen();
        return isTransacted();
    }

    @Override
    public int getAcknowledgeMode() throws JMSException {
        requireOpen();
        return mode;
    }

    @Override
    public void commit() throws JMSException {
        requireTransacted();
        outflow.asyncSends().awaitNone(null);
        delivery.commit();
    }

    private boolean isTransacted() {
        return mode == SESSION_TRANSACTED;
    }

    private void requireTransacted() throws JMSException {
        requireOpen();
        if (!isTransacted()) {
            throw new IllegalStateException("the session is not transacted");
        }
        if (isCompletionThread()) {
            throw new IllegalStateException("a completion listener must not end its session's transaction");
        }
    }

    @Override
    public void rollback() throws JMSException {
        requireTransacted();
        outflow.asyncSends().awaitNone(null);
        delivery.rollback();
    }

    @Override
    public void recover() throws JMSException {
        requireOpen();
        if (transaction.isOn()) {
            throw new IllegalStateException("a transacted session is rolled back, not recovered");
        }
        delivery.recover();
    }

    void acknowledge() throws JMSException {
        delivery.acknowledge();
    }

    @Override
    public @Nullable MessageListener getMessageListener() throws JMSException {
        requireOpen();
        return null;
    }

    /** Of the optional facilities for application servers (§11), which this provider replaces by its resource adapter. */
    @Override
    public void setMessageListener(@Nullable MessageListener listener) throws JMSException {
        requireOpen();
        throw new JMSException("a session as a whole has no message listener here; give it to a consumer");
    }

    @Override
    public void run() {
        throw new UnsupportedOperationException("sessions do not run connection consumers");
    }

    /** Whether the caller is a message listener of this session. */
    boolean isListenerThread() {
        return delivery.isListenerThread();
    }

    boolean isCompletionThread() {
        return outflow.asyncSends().isCurrent();
    }

    @Override
    public void close() throws JMSException {
        if (closed) {
            return;
        }
        if (isListenerThread() || isCompletionThread()) {
            throw new IllegalStateException("a listener must not close its own session");
        }
        delivery.close();
        outflow.asyncSends().awaitNone(null);
        outflow.unanswered().awaitNone();
        JMSException failure = null;
        for (var consumer : delivery.consumers()) {
            try {
                consumer.close();
            } catch (JMSException e) {
                failure = e;
            }
        }
        try {
            delivery.abandonDeparted();
        } catch (JMSException e) {
            failure = e;
        }
        try {
            delivery.rollback();
        } catch (JMSException e) {
            failure = e;
        }
        closed = true;
        connection.forget(this);
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public String toString() {
        return "session of " + connection;
    }
}
