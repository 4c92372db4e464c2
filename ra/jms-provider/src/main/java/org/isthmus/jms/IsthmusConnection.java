package org.isthmus.jms;

import jakarta.jms.ConnectionConsumer;
import jakarta.jms.ConnectionMetaData;
import jakarta.jms.Destination;
import jakarta.jms.ExceptionListener;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.QueueConnection;
import jakarta.jms.ServerSessionPool;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import jakarta.jms.TopicConnection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.NameLease;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.TopicInfo;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * A connection: a client of the broker, the sessions that share it, and the threads that run listeners while there is something to run.
 * Safe for use by many threads.
 */
public class IsthmusConnection implements QueueConnection, TopicConnection {
    private static final System.Logger LOG = System.getLogger(IsthmusConnection.class.getName());

    /** Of a client identifier, which is part of names that are texts on the wire. */
    private static final int MOST_CHARACTERS = 5_000;

    private final Surroundings surroundings;
    private final String uid;
    private final BrokerLink link;
    private final String broker;
    private final Domain domain;
    private final Settings settings;
    private final TopicDirectory topics;
    private final TemporaryDestinations temporaries;
    private final Surroundings.Threads threads;
    private final SerialExecutor exceptionThread;
    private final Set<IsthmusSession> sessions = ConcurrentHashMap.newKeySet();
    private final AtomicInteger nextSession = new AtomicInteger();

    private volatile @Nullable ExceptionListener exceptionListener;
    private volatile String origin;
    private final Subscriptions subscriptions;
    private @Nullable NameLease clientIdLease; // guarded by this, like the four below
    private @Nullable String clientId;
    private boolean clientIdIsFixed;
    private boolean started;
    private volatile boolean closed;

    /** What a connection takes from its factory. */
    record Settings(
            boolean recordsAsText,
            TrustedClasses trusted,
            StartFrom startFrom,
            RedeliveryPolicy redelivery,
            boolean blockOnAcknowledge,
            boolean blockOnNonDurableSend) {
        Settings(boolean recordsAsText, TrustedClasses trusted, StartFrom startFrom) {
            this(recordsAsText, trusted, startFrom, RedeliveryPolicy.DEFAULT, false, false);
        }
    }

    IsthmusConnection(BrokerLink.Dialer dialer, Domain domain, Settings settings, @Nullable String clientId)
            throws JMSException {
        this(dialer, domain, settings, clientId, JvmSurroundings.INSTANCE);
    }

    IsthmusConnection(
            BrokerLink.Dialer dialer,
            Domain domain,
            Settings settings,
            @Nullable String clientId,
            Surroundings surroundings)
            throws JMSException {
        this.surroundings = surroundings;
        uid = surroundings.newName();
        origin = uid;
        this.broker = dialer.broker();
        this.domain = domain;
        this.settings = settings;
        link = dialer.dial(clientId == null ? "isthmus-jms-" + uid : clientId);
        topics = new TopicDirectory(link.client(), surroundings.clock());
        temporaries = new TemporaryDestinations(link.client(), this::isConsumed);
        subscriptions = new Subscriptions(link.client(), topics);
        threads = surroundings.newThreads(uid);
        exceptionThread = new SerialExecutor(threads);
        if (clientId != null) {
            try {
                identify(clientId);
            } catch (JMSException | RuntimeException e) {
                link.close();
                throw e;
            }
        }
    }

    Surroundings surroundings() {
        return surroundings;
    }

    Domain domain() {
        return domain;
    }

    BrokerClient client() {
        return link.client();
    }

    TopicDirectory topics() {
        return topics;
    }

    TemporaryDestinations temporaries() {
        return temporaries;
    }

    private boolean isConsumed(IsthmusDestination destination) {
        return sessions.stream()
                .flatMap(session -> session.delivery().consumers().stream())
                .anyMatch(consumer ->
                        !consumer.isClosed() && consumer.destination().equals(destination));
    }

    boolean blocksOnNonDurableSend() {
        return settings.blockOnNonDurableSend();
    }

    boolean blocksOnAcknowledge() {
        return settings.blockOnAcknowledge();
    }

    boolean recordsAsText() {
        return settings.recordsAsText();
    }

    RedeliveryPolicy redelivery() {
        return settings.redelivery();
    }

    TrustedClasses trustedClasses() {
        return settings.trusted();
    }

    synchronized @Nullable String clientId() {
        return clientId;
    }

    /** What messages of this connection carry, so that noLocal consumers know them. */
    String origin() {
        return origin;
    }

    /** No two connections to the same brokers have one client identifier (§6.1.2); the name is the connection's until it is closed. */
    final synchronized void identify(String id) throws JMSException {
        clientIdLease = lease(
                "client-id/" + id,
                "",
                false,
                () -> new InvalidClientIDException("another connection has this client identifier: " + id));
        clientId = id;
        clientIdIsFixed = true;
        origin = id;
    }

    final synchronized void releaseClientId() throws JMSException {
        var ending = clientIdLease;
        if (ending == null) {
            return;
        }
        clientIdLease = null;
        clientId = null;
        origin = uid;
        JmsErrors.await(ending.end(), "giving up the client identifier");
    }

    private NameLease lease(String name, String terms, boolean shared, Supplier<JMSException> taken)
            throws JMSException {
        try {
            var lease = client().lease(name, terms, shared, lost -> report(JmsErrors.caused(taken.get(), lost)));
            return JmsErrors.await(lease, "taking the name " + name);
        } catch (JMSException e) {
            if (e.getCause() instanceof BrokerException refused) {
                if (refused.code() == ErrorCode.GROUP_MAX_SIZE_REACHED) {
                    throw JmsErrors.caused(taken.get(), refused);
                }
                if (refused.code() == ErrorCode.UNSUPPORTED_VERSION) {
                    throw JmsErrors.caused(
                            new JMSException(
                                    "client identifiers and shared subscriptions need an Isthmus broker",
                                    refused.code().name()),
                            refused);
                }
            }
            throw e;
        }
    }

    Subscriptions subscriptions() {
        return subscriptions;
    }

    Subscriptions.LeaseKeeper leases() {
        return this::lease;
    }

    /** Messages that closed consumers of a subscription have not acknowledged go back, because another consumer takes their place. */
    void abandonDeparted(String group) throws JMSException {
        for (var session : sessions) {
            session.delivery().abandonDeparted(group);
        }
    }

    private void requireOpen() throws JMSException {
        if (closed) {
            throw new IllegalStateException("the connection is closed");
        }
    }

    /** Every call but setClientID itself: after it, the client identifier can no longer be set (§6.1.2). */
    final synchronized void use() throws JMSException {
        requireOpen();
        clientIdIsFixed = true;
    }

    // Sessions

    @Override
    public IsthmusSession createSession() throws JMSException {
        return createSession(Session.AUTO_ACKNOWLEDGE);
    }

    @Override
    public IsthmusSession createSession(int sessionMode) throws JMSException {
        use();
        return newSession(sessionMode, domain);
    }

    @Override
    public IsthmusSession createSession(boolean transacted, int acknowledgeMode) throws JMSException {
        return createSession(mode(transacted, acknowledgeMode));
    }

    private static int mode(boolean transacted, int acknowledgeMode) throws JMSException {
        if (!transacted && acknowledgeMode == Session.SESSION_TRANSACTED) {
            throw new JMSException("a session is transacted or has an acknowledge mode: " + acknowledgeMode);
        }
        return transacted ? Session.SESSION_TRANSACTED : acknowledgeMode;
    }

    @Override
    public IsthmusSession createTopicSession(boolean transacted, int acknowledgeMode) throws JMSException {
        use();
        domain.requireTopics("createTopicSession");
        return newSession(mode(transacted, acknowledgeMode), Domain.TOPIC);
    }

    @Override
    public IsthmusSession createQueueSession(boolean transacted, int acknowledgeMode) throws JMSException {
        use();
        domain.requireQueues("createQueueSession");
        return newSession(mode(transacted, acknowledgeMode), Domain.QUEUE);
    }

    IsthmusSession newSession(int mode, Domain of) throws JMSException {
        if (mode < Session.SESSION_TRANSACTED || mode > Session.DUPS_OK_ACKNOWLEDGE) {
            throw new JMSException("no acknowledge mode: " + mode);
        }
        return open((name, executor) -> new IsthmusSession(this, of, mode, name, executor));
    }

    /** Makes a session of some kind. */
    interface SessionKind<S extends IsthmusSession> {
        S make(String name, Executor threads);
    }

    final synchronized <S extends IsthmusSession> S open(SessionKind<S> kind) throws JMSException {
        requireOpen();
        var session = kind.make(uid + ":" + nextSession.getAndIncrement(), threads);
        sessions.add(session);
        if (started) {
            session.delivery().start();
        }
        return session;
    }

    void forget(IsthmusSession session) {
        sessions.remove(session);
    }

    /** How many partitions the topic behind a destination has; it is created where it is missing. */
    public int partitions(Destination destination) throws JMSException {
        use();
        return topics.topic(IsthmusDestination.of(destination)).partitions();
    }

    /**
     * Takes messages of a queue, or of a subscription to a topic, for many workers of an application server. It needs no session and does not
     * heed {@link #stop}; whoever opened it closes it before the connection.
     *
     * @param inHand what these workers have in hand, also from an intake before this one
     */
    public Intake openIntake(
            IsthmusDestination destination, IntakeOptions options, InHand inHand, Intake.Receiver receiver)
            throws JMSException {
        use();
        options.validate();
        var from = IsthmusDestination.of(destination);
        var topic = topics.topic(from);
        try {
            var part = from instanceof IsthmusQueue
                    ? new Subscriptions.Part(queue(topic, options), null)
                    : subscription(from, topic, options);
            return new Intake(part, from, new ReceivedForm(recordsAsText(), trustedClasses()), inHand, receiver);
        } catch (InvalidDestinationException e) {
            topics.forget(topic.name());
            throw e;
        }
    }

    private ShareStream queue(TopicInfo topic, IntakeOptions options) throws JMSException {
        return ShareGroups.queue(client(), topic.name(), options.ofQueue(topic.name()));
    }

    private Subscriptions.Part subscription(IsthmusDestination from, TopicInfo topic, IntakeOptions options)
            throws JMSException {
        var named = options.subscription();
        var wanted = new Subscriptions.Wanted(
                topic,
                named == null || named.shared(),
                Optional.ofNullable(options.selector()),
                Optional.empty(),
                options.startFrom() == null ? start(from) : options.startFrom().place(),
                options.policy(),
                options.inOrder());
        if (named == null) {
            // Nobody else's: it ends with this intake.
            var own = new SubscriptionName(null, uid + ":" + nextSession.getAndIncrement(), false);
            return subscriptions.ephemeral(own, wanted, leases());
        }
        var name = new SubscriptionName(named.clientId(), named.name(), named.durable());
        return named.durable() ? subscriptions.durable(name, wanted) : subscriptions.ephemeral(name, wanted, leases());
    }

    /** Where a subscription begins that is new: as the destination says, or else the connection factory. */
    OffsetSpec start(IsthmusDestination from) throws InvalidDestinationException {
        try {
            var own = from instanceof IsthmusTopic topic ? topic.startFrom() : null;
            return (own == null ? settings.startFrom() : own).place();
        } catch (IllegalArgumentException e) {
            throw JmsErrors.caused(new InvalidDestinationException(e.getMessage()), e);
        }
    }

    // Delivery

    @Override
    public synchronized void start() throws JMSException {
        use();
        started = true;
        sessions.forEach(session -> session.delivery().start());
    }

    @Override
    public void stop() throws JMSException {
        use();
        if (sessions.stream().anyMatch(IsthmusSession::isListenerThread)) {
            throw new IllegalStateException("a message listener must not stop its own connection");
        }
        synchronized (this) {
            started = false;
        }
        // Not under the monitor: listeners that still run have the full services of the connection.
        sessions.forEach(session -> session.delivery().stop());
    }

    // Identity and trouble

    @Override
    public @Nullable String getClientID() throws JMSException {
        requireOpen();
        return clientId();
    }

    @Override
    public synchronized void setClientID(String id) throws JMSException {
        requireOpen();
        if (clientIdIsFixed) {
            throw new IllegalStateException(
                    clientId == null
                            ? "the client identifier must be set before the connection is used"
                            : "the client identifier is set already");
        }
        if (id == null || id.isEmpty()) {
            throw new InvalidClientIDException("a client identifier is not empty");
        }
        if (id.length() > MOST_CHARACTERS) {
            throw new InvalidClientIDException(
                    "a client identifier has no more than " + MOST_CHARACTERS + " characters");
        }
        identify(id);
    }

    @Override
    public ConnectionMetaData getMetaData() throws JMSException {
        use();
        return IsthmusMetaData.INSTANCE;
    }

    @Override
    public @Nullable ExceptionListener getExceptionListener() throws JMSException {
        use();
        return exceptionListener;
    }

    @Override
    public void setExceptionListener(@Nullable ExceptionListener listener) throws JMSException {
        use();
        exceptionListener = listener;
    }

    /** Tells the exception listener, or the log where there is none. For any thread. */
    void report(JMSException trouble) {
        if (closed) {
            return;
        }
        var listener = exceptionListener;
        if (listener == null) {
            LOG.log(System.Logger.Level.WARNING, "A connection has trouble and no exception listener", trouble);
        } else {
            exceptionThread.execute(() -> listener.onException(trouble));
        }
    }

    // Optional facilities for application servers (§11): the resource adapter does without them.

    @Override
    public ConnectionConsumer createConnectionConsumer(
            Destination destination, String selector, ServerSessionPool pool, int maxMessages) throws JMSException {
        throw noConnectionConsumer(destination, selector);
    }

    @Override
    public ConnectionConsumer createConnectionConsumer(
            Queue queue, String selector, ServerSessionPool pool, int maxMessages) throws JMSException {
        throw noConnectionConsumer(queue, selector);
    }

    @Override
    public ConnectionConsumer createConnectionConsumer(
            Topic topic, String selector, ServerSessionPool pool, int maxMessages) throws JMSException {
        throw noConnectionConsumer(topic, selector);
    }

    @Override
    public ConnectionConsumer createSharedConnectionConsumer(
            Topic topic, String name, String selector, ServerSessionPool pool, int maxMessages) throws JMSException {
        domain.requireTopics("createSharedConnectionConsumer");
        throw noConnectionConsumer(topic, selector);
    }

    @Override
    public ConnectionConsumer createDurableConnectionConsumer(
            Topic topic, String name, String selector, ServerSessionPool pool, int maxMessages) throws JMSException {
        domain.requireTopics("createDurableConnectionConsumer");
        throw noConnectionConsumer(topic, selector);
    }

    @Override
    public ConnectionConsumer createSharedDurableConnectionConsumer(
            Topic topic, String name, String selector, ServerSessionPool pool, int maxMessages) throws JMSException {
        domain.requireTopics("createSharedDurableConnectionConsumer");
        throw noConnectionConsumer(topic, selector);
    }

    private JMSException noConnectionConsumer(@Nullable Destination destination, @Nullable String selector)
            throws JMSException {
        use();
        IsthmusDestination.of(destination);
        IsthmusConsumer.Choice.of(selector, false);
        return new JMSException("connection consumers are optional and not supported; use the resource adapter");
    }

    // The end

    /** Rolls back what was begun in the connection as a whole and not by one of its sessions; here nothing is. */
    void endTransactions() {}

    void requireNoListener() throws JMSException {
        for (var session : sessions) {
            if (session.isListenerThread() || session.isCompletionThread()) {
                throw new IllegalStateException("a listener must not close its own connection");
            }
        }
    }

    @Override
    public void close() throws JMSException {
        if (closed) {
            return;
        }
        requireNoListener();
        // Until it returns, a listener has all sessions of the connection (§6.1.8).
        sessions.forEach(session -> session.delivery().endListening());
        JMSException failure = null;
        for (var session : sessions) {
            try {
                session.close();
            } catch (JMSException e) {
                failure = e;
            }
        }
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        try {
            endTransactions();
            releaseClientId();
        } finally {
            link.close();
            threads.end();
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public String toString() {
        return "connection " + uid + " to " + broker;
    }
}
