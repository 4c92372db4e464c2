package org.isthmus.ra;

import jakarta.jms.Queue;
import jakarta.jms.Topic;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ActivationSpec;
import jakarta.resource.spi.InvalidPropertyException;
import jakarta.resource.spi.ResourceAdapter;
import java.io.Serializable;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Locale;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.isthmus.jms.IntakeOptions;
import org.isthmus.jms.IntakeOptions.Subscribed;
import org.isthmus.jms.IsthmusConnectionFactory;
import org.isthmus.jms.IsthmusDestination;
import org.isthmus.jms.IsthmusQueue;
import org.isthmus.jms.IsthmusTopic;
import org.isthmus.jms.StartFrom;
import org.isthmus.jms.mapping.Address;
import org.isthmus.ra.inbound.Subscription;
import org.isthmus.ra.inbound.Subscription.Batch;
import org.isthmus.ra.inbound.Subscription.Ordering;
import org.isthmus.ra.outbound.FactoryHandle;
import org.isthmus.ra.outbound.Login;
import org.jspecify.annotations.Nullable;

/**
 * What a message-driven bean asks for in its activation properties. A bean for the server to fill in; {@link #validate} says everything that
 * is wrong at once, and {@link #subscription} is what the rest of the adapter works with.
 */
public class IsthmusActivationSpec extends ActivationAliases implements ActivationSpec, Serializable {
    private static final long serialVersionUID = 1L;
    private static final System.Logger log = System.getLogger(IsthmusActivationSpec.class.getName());
    private static final String QUEUE = Queue.class.getName();
    private static final String TOPIC = Topic.class.getName();

    private transient @Nullable ResourceAdapter resourceAdapter;
    /** What {@code connectionFactoryLookup} names, once found: servers recover by this where the application's names are not known. */
    private transient volatile @Nullable IsthmusManagedConnectionFactory named;

    private String destination = "";
    private String destinationLookup = "";
    private String destinationType = "";
    private String connectionFactoryLookup = "";
    private String acknowledgeMode = "Auto-acknowledge";
    private String messageSelector = "";
    private String subscriptionDurability = "NonDurable";
    private String subscriptionName = "";
    private String clientId = "";
    private String shareSubscriptions = "false";
    private String userName = "";
    private String password = "";
    private String bootstrapServers = "";
    private String deadLetterDestination = "";
    private String recordsAsText = "false";
    private String ordering = "";
    private String startFrom = "";
    private int maxSession = 15;
    private int maxDeliveries = 10;
    private long redeliveryDelay = 500;
    private double redeliveryMultiplier = 1;
    private int setupAttempts = -1;
    private long setupInterval = 2000;

    @Override
    public void validate() throws InvalidPropertyException {
        var flaws = new PropertyFlaws(getClass());
        check(flaws);
        flaws.throwIfAny();
    }

    /** Adds what is wrong with each property by itself, and with those that contradict each other. */
    void check(PropertyFlaws flaws) {
        checkDestination(flaws);
        checkSubscription(flaws);
        flaws.oneOf("acknowledgeMode", acknowledgeMode, "Auto-acknowledge", "Dups-ok-acknowledge");
        if (!messageSelector.isEmpty()) {
            flaws.addUnlessNull("messageSelector", IntakeOptions.flawOf(messageSelector));
        }
        flaws.oneOf("recordsAsText", recordsAsText, "true", "false");
        if (!ordering.isEmpty()) {
            flaws.oneOf("ordering", ordering, "none", "key", "partition");
        }
        if (!startFrom.isEmpty()) {
            try {
                StartFrom.parse(startFrom);
            } catch (IllegalArgumentException e) {
                flaws.add("startFrom", String.valueOf(e.getMessage()));
            }
        }
        if (!bootstrapServers.isEmpty() && !connectionFactoryLookup.isEmpty()) {
            flaws.add(
                    "bootstrapServers",
                    "connectionFactoryLookup says already where the broker is; give one of the two");
        }
        flaws.atLeast("maxSession", maxSession, 1);
        if (maxDeliveries != -1) {
            flaws.atLeast("maxDeliveries", maxDeliveries, 1);
        }
        flaws.atLeast("setupAttempts", setupAttempts, -1);
        flaws.atLeast("setupInterval", setupInterval, 1);
        flaws.atLeast("redeliveryDelay", redeliveryDelay, 0);
        if (!(redeliveryMultiplier >= 1 && redeliveryMultiplier <= 100)) {
            flaws.add("redeliveryMultiplier", redeliveryMultiplier + " is not between 1 and 100");
        }
    }

    private void checkDestination(PropertyFlaws flaws) {
        if (destination.isEmpty() == destinationLookup.isEmpty()) {
            flaws.add(
                    "destinationLookup",
                    "give either this (a JNDI name) or destination (the name of a queue or topic)");
        } else if (!destination.isEmpty()) {
            flaws.addUnlessNull("destination", Address.flawOf(destination));
        }
        if (!destinationType.isEmpty()) {
            flaws.oneOf("destinationType", destinationType, QUEUE, TOPIC);
        } else if (!destination.isEmpty()) {
            flaws.add("destinationType", "with destination it is needed: " + QUEUE + " or " + TOPIC);
        }
        if (!deadLetterDestination.isEmpty()) {
            flaws.addUnlessNull("deadLetterDestination", Address.flawOf(deadLetterDestination));
        }
    }

    private void checkSubscription(PropertyFlaws flaws) {
        flaws.oneOf("subscriptionDurability", subscriptionDurability, "Durable", "NonDurable");
        flaws.oneOf("shareSubscriptions", shareSubscriptions, "true", "false");
        if (destinationType.equals(QUEUE)) {
            if (isDurable()) {
                flaws.add("subscriptionDurability", "a queue has no subscriptions; leave it out");
            }
            if (sharesByItself()) {
                flaws.add("shareSubscriptions", "a queue has no subscriptions; its beans share it anyway");
            }
            return;
        }
        if ((isDurable() || isShared()) && subscriptionName.isEmpty()) {
            flaws.add("subscriptionName", "a durable or shared subscription needs one");
        }
    }

    /** A durable subscription belongs to a client identifier, unless it is shared; so without one it is (§8.3.4). */
    private boolean isShared() {
        return sharesByItself() || (isDurable() && clientId.isEmpty());
    }

    private boolean sharesByItself() {
        return Boolean.parseBoolean(shareSubscriptions);
    }

    private boolean isDurable() {
        return subscriptionDurability.equalsIgnoreCase("Durable");
    }

    /** How messages are gathered for a bean that takes lists; null for other beans. */
    @Nullable
    Batch batch() {
        return null;
    }

    /** The validated whole. Looks the destination up, so it is called where the server has set up the application's naming context. */
    Subscription subscription() throws InvalidPropertyException {
        validate();
        warnOfNames("Activation");
        var from = from();
        var named = subscribed(from);
        if (named == null && !subscriptionName.isEmpty()) {
            log.log(
                    Level.WARNING,
                    "Activation property subscriptionName has no meaning without a durable or shared one");
        }
        return new Subscription(
                from,
                ordering(from),
                batch(),
                maxSession,
                new IntakeOptions(
                        named,
                        messageSelector.isEmpty() ? null : messageSelector,
                        maxDeliveries,
                        Duration.ofMillis(redeliveryDelay),
                        redeliveryMultiplier,
                        deadLetterDestination.isEmpty() ? null : deadLetterDestination,
                        startFrom.isEmpty() ? null : StartFrom.parse(startFrom),
                        ordering(from) != Ordering.NONE),
                setupAttempts,
                Duration.ofMillis(setupInterval));
    }

    private @Nullable Subscribed subscribed(IsthmusDestination from) {
        if (from instanceof IsthmusQueue || !(isDurable() || isShared())) {
            return null;
        }
        return new Subscribed(clientId.isEmpty() ? null : clientId, subscriptionName, isDurable(), isShared());
    }

    /** A queue keeps as many beans busy as there are; a topic is read in its order. */
    private Ordering ordering(IsthmusDestination from) {
        if (ordering.isEmpty()) {
            return from instanceof IsthmusQueue ? Ordering.NONE : Ordering.PARTITION;
        }
        return Ordering.valueOf(ordering.toUpperCase(Locale.ROOT));
    }

    private IsthmusDestination from() throws InvalidPropertyException {
        if (!destination.isEmpty()) {
            return destinationType.equals(QUEUE) ? new IsthmusQueue(destination) : new IsthmusTopic(destination);
        }
        var found = lookUp("destinationLookup", destinationLookup);
        if (!(found instanceof IsthmusDestination from)) {
            throw PropertyFlaws.of(
                    getClass(),
                    "destinationLookup",
                    destinationLookup + " is no destination of Isthmus but " + typeOf(found)
                            + "; define it with resourceAdapter = the name of this adapter");
        }
        if (!destinationType.isEmpty() && destinationType.equals(QUEUE) != from instanceof IsthmusQueue) {
            throw PropertyFlaws.of(getClass(), "destinationType", destinationLookup + " is not that but " + from);
        }
        return from;
    }

    @SuppressWarnings(
            "BanJNDI") // the name comes from the application's own descriptor, and naming is how a container is asked
    private @Nullable Object lookUp(String property, String name) throws InvalidPropertyException {
        try {
            return InitialContext.doLookup(name);
        } catch (NamingException e) {
            var flaw = PropertyFlaws.of(getClass(), property, name + " is not bound: " + e.getMessage());
            flaw.initCause(e);
            throw flaw;
        }
    }

    private static String typeOf(@Nullable Object found) {
        return found == null ? "nothing" : "a " + found.getClass().getName();
    }

    /** The adapter's connections, or those of the factory that was named, with what this bean has of its own. */
    IsthmusConnectionFactory connectionFactory(IsthmusResourceAdapter adapter) throws ResourceException {
        var factory = connectionFactoryLookup.isEmpty() ? adapter.connectionFactory() : namedFactory();
        if (!bootstrapServers.isEmpty()) {
            factory.setBootstrapServers(bootstrapServers);
        }
        // A client identifier has one connection at a time, but a shared subscription has many.
        if (isShared()) {
            factory.setClientID("");
        } else if (!clientId.isEmpty()) {
            factory.setClientID(clientId);
        }
        if (!userName.isEmpty()) {
            factory.setUser(userName);
            factory.setPassword(password);
        }
        factory.takeTls(this);
        if (Boolean.parseBoolean(recordsAsText)) {
            factory.setRecordsAsText(true);
        }
        return factory;
    }

    private IsthmusConnectionFactory namedFactory() throws ResourceException {
        var known = named;
        if (known == null) {
            known = lookUpFactory();
            named = known;
        }
        return known.connectionFactory(Login.CONFIGURED);
    }

    private IsthmusManagedConnectionFactory lookUpFactory() throws InvalidPropertyException {
        var found = lookUp("connectionFactoryLookup", connectionFactoryLookup);
        if (found instanceof FactoryHandle handle
                && handle.managedConnectionFactory() instanceof IsthmusManagedConnectionFactory ours) {
            return ours;
        }
        throw PropertyFlaws.of(
                getClass(),
                "connectionFactoryLookup",
                connectionFactoryLookup + " is no connection factory of Isthmus but " + typeOf(found));
    }

    @Override
    public @Nullable ResourceAdapter getResourceAdapter() {
        return resourceAdapter;
    }

    @Override
    public void setResourceAdapter(ResourceAdapter resourceAdapter) {
        this.resourceAdapter = resourceAdapter;
    }

    public String getDestination() {
        return destination;
    }

    @Override
    public void setDestination(String destination) {
        this.destination = destination.strip();
    }

    public String getDestinationLookup() {
        return destinationLookup;
    }

    public void setDestinationLookup(String destinationLookup) {
        this.destinationLookup = destinationLookup.strip();
    }

    public String getDestinationType() {
        return destinationType;
    }

    public void setDestinationType(String destinationType) {
        this.destinationType = destinationType.strip();
    }

    public String getConnectionFactoryLookup() {
        return connectionFactoryLookup;
    }

    public void setConnectionFactoryLookup(String connectionFactoryLookup) {
        this.connectionFactoryLookup = connectionFactoryLookup.strip();
    }

    public String getAcknowledgeMode() {
        return acknowledgeMode;
    }

    public void setAcknowledgeMode(String acknowledgeMode) {
        this.acknowledgeMode = acknowledgeMode.strip();
    }

    public String getMessageSelector() {
        return messageSelector;
    }

    public void setMessageSelector(String messageSelector) {
        this.messageSelector = messageSelector.strip();
    }

    public String getSubscriptionDurability() {
        return subscriptionDurability;
    }

    @Override
    public void setSubscriptionDurability(String subscriptionDurability) {
        this.subscriptionDurability = subscriptionDurability.strip();
    }

    public String getSubscriptionName() {
        return subscriptionName;
    }

    @Override
    public void setSubscriptionName(String subscriptionName) {
        this.subscriptionName = subscriptionName.strip();
    }

    public String getClientId() {
        return clientId;
    }

    @Override
    public void setClientId(String clientId) {
        this.clientId = clientId.strip();
    }

    /** Whether several servers, or several beans, may have the subscription together. */
    public String getShareSubscriptions() {
        return shareSubscriptions;
    }

    @Override
    public void setShareSubscriptions(String shareSubscriptions) {
        this.shareSubscriptions = shareSubscriptions.strip();
    }

    public String getUserName() {
        return userName;
    }

    @Override
    public void setUserName(String userName) {
        this.userName = userName;
    }

    public String getPassword() {
        return password;
    }

    @Override
    public void setPassword(String password) {
        this.password = password;
    }

    /** Brokers for this bean only; empty: those of the resource adapter. */
    public String getBootstrapServers() {
        return bootstrapServers;
    }

    @Override
    public void setBootstrapServers(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers.strip();
    }

    public String getDeadLetterDestination() {
        return deadLetterDestination;
    }

    public void setDeadLetterDestination(String deadLetterDestination) {
        this.deadLetterDestination = deadLetterDestination.strip();
    }

    /** Whether plain Kafka records arrive as text messages instead of bytes messages. */
    public String getRecordsAsText() {
        return recordsAsText;
    }

    public void setRecordsAsText(String recordsAsText) {
        this.recordsAsText = recordsAsText.strip();
    }

    /** What is delivered one after another: {@code none}, {@code key} or {@code partition}. Empty: none for a queue, else partition. */
    public String getOrdering() {
        return ordering;
    }

    public void setOrdering(String ordering) {
        this.ordering = ordering.strip();
    }

    /** Where a queue begins that nobody has consumed, or a subscription that is new: {@code earliest}, {@code latest}, or a time. */
    public String getStartFrom() {
        return startFrom;
    }

    public void setStartFrom(String startFrom) {
        this.startFrom = startFrom.strip();
    }

    /** Beans at work at once, at most. */
    public Integer getMaxSession() {
        return maxSession;
    }

    @Override
    public void setMaxSession(Integer maxSession) {
        this.maxSession = maxSession;
    }

    /** Deliveries of one message before it is given up and logged as an error; -1: no end. */
    public Integer getMaxDeliveries() {
        return maxDeliveries;
    }

    @Override
    public void setMaxDeliveries(Integer maxDeliveries) {
        this.maxDeliveries = maxDeliveries;
    }

    /** Milliseconds between a failed delivery and the next. */
    public Long getRedeliveryDelay() {
        return redeliveryDelay;
    }

    @Override
    public void setRedeliveryDelay(Long redeliveryDelay) {
        this.redeliveryDelay = redeliveryDelay;
    }

    /** By how much the wait grows with each further delivery; at least 1. */
    public Double getRedeliveryMultiplier() {
        return redeliveryMultiplier;
    }

    @Override
    public void setRedeliveryMultiplier(Double redeliveryMultiplier) {
        this.redeliveryMultiplier = redeliveryMultiplier;
    }

    /** Tries to connect before the activation gives up; -1: no end. */
    public Integer getSetupAttempts() {
        return setupAttempts;
    }

    @Override
    public void setSetupAttempts(Integer setupAttempts) {
        this.setupAttempts = setupAttempts;
    }

    /** Milliseconds between two tries to connect. */
    public Long getSetupInterval() {
        return setupInterval;
    }

    @Override
    public void setSetupInterval(Long setupInterval) {
        this.setupInterval = setupInterval;
    }

    @Override
    public String toString() {
        return "activation of " + (destination.isEmpty() ? destinationLookup : destination);
    }
}
