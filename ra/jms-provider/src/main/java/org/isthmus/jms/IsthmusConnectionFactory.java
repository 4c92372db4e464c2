package org.isthmus.jms;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.QueueConnection;
import jakarta.jms.QueueConnectionFactory;
import jakarta.jms.TopicConnection;
import jakarta.jms.TopicConnectionFactory;
import jakarta.jms.XAConnectionFactory;
import jakarta.jms.XAQueueConnection;
import jakarta.jms.XAQueueConnectionFactory;
import jakarta.jms.XATopicConnection;
import jakarta.jms.XATopicConnectionFactory;
import java.io.Serializable;
import java.nio.file.Path;
import javax.naming.Reference;
import javax.naming.Referenceable;
import javax.naming.StringRefAddr;
import org.isthmus.broker.client.Credentials;
import org.isthmus.jms.mapping.Address;
import org.jspecify.annotations.Nullable;

/**
 * Makes connections to the brokers at {@code bootstrapServers}, or, without any, to the embedded broker of this JVM, which then lives
 * from the first open connection to the last. A bean: set it up, then use it from any number of threads.
 */
public final class IsthmusConnectionFactory extends TlsProperties
        implements ConnectionFactory,
                QueueConnectionFactory,
                TopicConnectionFactory,
                XAConnectionFactory,
                XAQueueConnectionFactory,
                XATopicConnectionFactory,
                Serializable,
                Referenceable {
    private static final long serialVersionUID = 1L;

    /** The system property that says where the embedded broker keeps its data, unless {@code dataDirectory} does. */
    public static final String DATA_PROPERTY = "isthmus.data";

    private String bootstrapServers;
    private String dataDirectory = "";
    private String clientID = "";
    private String user = "";
    private String password = "";
    private boolean recordsAsText;
    private String trustedPackages = "";
    private int maxDeliveries = RedeliveryPolicy.DEFAULT.maxDeliveries();
    private long redeliveryDelay = RedeliveryPolicy.DEFAULT.delayMs();
    private double redeliveryMultiplier = RedeliveryPolicy.DEFAULT.multiplier();
    private long maxRedeliveryDelay = RedeliveryPolicy.DEFAULT.longestDelayMs();
    private String deadLetterQueue = RedeliveryPolicy.DEFAULT.deadLetterQueue();
    private String startFrom = "";
    private boolean blockOnAcknowledge;
    private boolean blockOnNonDurableSend;

    /** For the embedded broker of this JVM. */
    public IsthmusConnectionFactory() {
        this("");
    }

    /**
     * @param bootstrapServers {@code host:port}, several with commas between them, {@code SSL://host:port} where they speak TLS; null or empty is the
     *     embedded broker
     */
    public IsthmusConnectionFactory(@Nullable String bootstrapServers) {
        this.bootstrapServers = orEmpty(bootstrapServers);
    }

    // Connections

    @Override
    public IsthmusConnection createConnection() throws JMSException {
        return connect(Domain.UNIFIED, user, password);
    }

    @Override
    public IsthmusConnection createConnection(@Nullable String user, @Nullable String password) throws JMSException {
        return connect(Domain.UNIFIED, user, password);
    }

    @Override
    public QueueConnection createQueueConnection() throws JMSException {
        return connect(Domain.QUEUE, user, password);
    }

    @Override
    public QueueConnection createQueueConnection(@Nullable String user, @Nullable String password) throws JMSException {
        return connect(Domain.QUEUE, user, password);
    }

    @Override
    public TopicConnection createTopicConnection() throws JMSException {
        return connect(Domain.TOPIC, user, password);
    }

    @Override
    public TopicConnection createTopicConnection(@Nullable String user, @Nullable String password) throws JMSException {
        return connect(Domain.TOPIC, user, password);
    }

    @Override
    public IsthmusContext createContext() {
        return createContext(JMSContext.AUTO_ACKNOWLEDGE);
    }

    @Override
    public IsthmusContext createContext(int sessionMode) {
        return createContext(user, password, sessionMode);
    }

    @Override
    public IsthmusContext createContext(@Nullable String user, @Nullable String password) {
        return createContext(user, password, JMSContext.AUTO_ACKNOWLEDGE);
    }

    @Override
    public IsthmusContext createContext(@Nullable String user, @Nullable String password, int sessionMode) {
        return JmsErrors.unchecked(() -> IsthmusContext.open(connect(Domain.UNIFIED, user, password), sessionMode));
    }

    private IsthmusConnection connect(Domain domain, @Nullable String user, @Nullable String password)
            throws JMSException {
        return new IsthmusConnection(dialer(user, password), domain, settings(), fixedClientId());
    }

    private IsthmusConnection.Settings settings() throws JMSException {
        return new IsthmusConnection.Settings(
                recordsAsText,
                TrustedClasses.with(trustedPackages),
                start(),
                redeliveryPolicy(),
                blockOnAcknowledge,
                blockOnNonDurableSend);
    }

    private @Nullable String fixedClientId() {
        return clientID.isEmpty() ? null : clientID;
    }

    private RedeliveryPolicy redeliveryPolicy() throws JMSException {
        var flaw = deadLetterQueue.isEmpty() ? null : Address.flawOf(deadLetterQueue);
        if (flaw != null) {
            throw new JMSException("deadLetterQueue: " + flaw);
        }
        try {
            return new RedeliveryPolicy(
                    maxDeliveries, redeliveryDelay, redeliveryMultiplier, maxRedeliveryDelay, deadLetterQueue);
        } catch (IllegalArgumentException e) {
            throw JmsErrors.caused(new JMSException(e.getMessage()), e);
        }
    }

    private BrokerLink.Dialer dialer(@Nullable String user, @Nullable String password) throws JMSException {
        var who = user == null || user.isEmpty() ? null : new Credentials(user, orEmpty(password));
        try {
            return bootstrapServers.isBlank()
                    ? Dialers.embedded(dataPath(), who, tlsSettings())
                    : Dialers.remote(bootstrapServers, who, tlsSettings());
        } catch (IllegalArgumentException e) {
            throw JmsErrors.caused(new JMSException(e.getMessage()), e);
        }
    }

    private Path dataPath() {
        return Path.of(dataDirectory.isBlank() ? System.getProperty(DATA_PROPERTY, "isthmus-data") : dataDirectory);
    }

    // XA

    @Override
    public IsthmusXAConnection createXAConnection() throws JMSException {
        return connectForXA(Domain.UNIFIED, user, password);
    }

    @Override
    public IsthmusXAConnection createXAConnection(@Nullable String user, @Nullable String password)
            throws JMSException {
        return connectForXA(Domain.UNIFIED, user, password);
    }

    @Override
    public XAQueueConnection createXAQueueConnection() throws JMSException {
        return connectForXA(Domain.QUEUE, user, password);
    }

    @Override
    public XAQueueConnection createXAQueueConnection(@Nullable String user, @Nullable String password)
            throws JMSException {
        return connectForXA(Domain.QUEUE, user, password);
    }

    @Override
    public XATopicConnection createXATopicConnection() throws JMSException {
        return connectForXA(Domain.TOPIC, user, password);
    }

    @Override
    public XATopicConnection createXATopicConnection(@Nullable String user, @Nullable String password)
            throws JMSException {
        return connectForXA(Domain.TOPIC, user, password);
    }

    @Override
    public IsthmusXAContext createXAContext() {
        return createXAContext(user, password);
    }

    @Override
    public IsthmusXAContext createXAContext(@Nullable String user, @Nullable String password) {
        return JmsErrors.unchecked(() -> IsthmusXAContext.open(connectForXA(Domain.UNIFIED, user, password)));
    }

    private IsthmusXAConnection connectForXA(Domain domain, @Nullable String user, @Nullable String password)
            throws JMSException {
        return new IsthmusXAConnection(dialer(user, password), domain, settings(), fixedClientId());
    }

    /** A connection for the pool of an application server. */
    public IsthmusManagedConnection createManagedConnection() throws JMSException {
        return new IsthmusManagedConnection(dialer(user, password), settings(), fixedClientId());
    }

    // The bean

    public String getBootstrapServers() {
        return bootstrapServers;
    }

    public void setBootstrapServers(@Nullable String bootstrapServers) {
        this.bootstrapServers = orEmpty(bootstrapServers);
    }

    /** Where the embedded broker keeps its data; empty means the system property {@value #DATA_PROPERTY}, else {@code isthmus-data}. */
    public String getDataDirectory() {
        return dataDirectory;
    }

    public void setDataDirectory(@Nullable String dataDirectory) {
        this.dataDirectory = orEmpty(dataDirectory);
    }

    /** The client identifier of every connection; with one, there can be one connection at a time. */
    public String getClientID() {
        return clientID;
    }

    public void setClientID(@Nullable String clientID) {
        this.clientID = orEmpty(clientID);
    }

    /** Who connections are of that name nobody themselves; only told to brokers that ask. Empty is nobody in particular. */
    public String getUser() {
        return user;
    }

    public void setUser(@Nullable String user) {
        this.user = orEmpty(user);
    }

    public String getPassword() {
        return password;
    }

    public void setPassword(@Nullable String password) {
        this.password = orEmpty(password);
    }

    /** Whether a record of a Kafka client that does not say what it is arrives as a text message if it is valid UTF-8. */
    public boolean isRecordsAsText() {
        return recordsAsText;
    }

    public void setRecordsAsText(boolean recordsAsText) {
        this.recordsAsText = recordsAsText;
    }

    /** Packages, with commas between them, whose objects may be read from object messages besides values of the Java platform. */
    public String getTrustedPackages() {
        return trustedPackages;
    }

    public void setTrustedPackages(@Nullable String trustedPackages) {
        this.trustedPackages = orEmpty(trustedPackages);
    }

    /** After so many deliveries a message that comes back goes to the dead letter queue; −1 is never. */
    public int getMaxDeliveries() {
        return maxDeliveries;
    }

    public void setMaxDeliveries(int maxDeliveries) {
        this.maxDeliveries = maxDeliveries;
    }

    /** Milliseconds that a message of a queue waits before its second delivery. */
    public long getRedeliveryDelay() {
        return redeliveryDelay;
    }

    public void setRedeliveryDelay(long redeliveryDelay) {
        this.redeliveryDelay = redeliveryDelay;
    }

    /** By how much each further wait is longer than the one before. */
    public double getRedeliveryMultiplier() {
        return redeliveryMultiplier;
    }

    public void setRedeliveryMultiplier(double redeliveryMultiplier) {
        this.redeliveryMultiplier = redeliveryMultiplier;
    }

    /** The longest wait, in milliseconds. */
    public long getMaxRedeliveryDelay() {
        return maxRedeliveryDelay;
    }

    public void setMaxRedeliveryDelay(long maxRedeliveryDelay) {
        this.maxRedeliveryDelay = maxRedeliveryDelay;
    }

    /** Where messages of queues go that were delivered too often; empty is nowhere. */
    public String getDeadLetterQueue() {
        return deadLetterQueue;
    }

    public void setDeadLetterQueue(@Nullable String deadLetterQueue) {
        this.deadLetterQueue = orEmpty(deadLetterQueue);
    }

    /**
     * Where a subscription begins that is new, unless its topic says otherwise: {@code latest}, {@code earliest}, or a time as ISO 8601
     * writes it or in milliseconds since 1970.
     */
    public String getStartFrom() {
        return startFrom;
    }

    public void setStartFrom(@Nullable String startFrom) {
        this.startFrom = orEmpty(startFrom);
    }

    /**
     * Whether a session with AUTO_ACKNOWLEDGE hands out a message only once the acknowledgement of the one before is as safe as the queue's
     * messages are. Otherwise acknowledgements follow while messages are handed out: if this process is killed, or the broker's machine
     * fails, those of the last moments may be lost, and their messages come again.
     */
    public boolean isBlockOnAcknowledge() {
        return blockOnAcknowledge;
    }

    public void setBlockOnAcknowledge(boolean blockOnAcknowledge) {
        this.blockOnAcknowledge = blockOnAcknowledge;
    }

    /** Whether the send of a {@code NON_PERSISTENT} message returns only when the broker has it. */
    public boolean isBlockOnNonDurableSend() {
        return blockOnNonDurableSend;
    }

    public void setBlockOnNonDurableSend(boolean blockOnNonDurableSend) {
        this.blockOnNonDurableSend = blockOnNonDurableSend;
    }

    private StartFrom start() throws JMSException {
        try {
            return startFrom.isBlank() ? StartFrom.LATEST : StartFrom.parse(startFrom.strip());
        } catch (IllegalArgumentException e) {
            throw JmsErrors.caused(new JMSException("startFrom: " + e.getMessage()), e);
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    @Override
    public Reference getReference() {
        var reference = new Reference(getClass().getName(), IsthmusObjectFactory.class.getName(), null);
        reference.add(new StringRefAddr("bootstrapServers", bootstrapServers));
        for (var property : FactoryProperty.values()) {
            // Naming services keep references in the clear.
            if (property != FactoryProperty.PASSWORD) {
                reference.add(new StringRefAddr(property.key(), property.of(this)));
            }
        }
        openTls().forEach((property, value) -> reference.add(new StringRefAddr(property, value)));
        return reference;
    }

    static IsthmusConnectionFactory of(Reference reference) {
        var factory = new IsthmusConnectionFactory(IsthmusObjectFactory.text(reference, "bootstrapServers"));
        for (var property : FactoryProperty.values()) {
            if (reference.get(property.key()) != null) {
                property.set(factory, IsthmusObjectFactory.text(reference, property.key()));
            }
        }
        tlsProperties().forEach(property -> factory.setTls(property, IsthmusObjectFactory.text(reference, property)));
        return factory;
    }
}
