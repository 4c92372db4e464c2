package org.isthmus.ra;

import jakarta.jms.Queue;
import jakarta.jms.Topic;
import jakarta.resource.spi.ActivationSpec;
import jakarta.resource.spi.InvalidPropertyException;
import jakarta.resource.spi.ResourceAdapter;
import java.io.Serializable;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.isthmus.jms.IsthmusConnectionFactory;
import org.isthmus.jms.IsthmusDestination;
import org.isthmus.jms.IsthmusTopic;
import org.isthmus.ra.inbound.Subscription;
import org.isthmus.ra.inbound.Subscription.Acknowledgement;
import org.jspecify.annotations.Nullable;

/**
 * What a message-driven bean asks for in its activation properties. A bean for the server to fill in; {@link #validate} says everything that
 * is wrong at once, and {@link #subscription} is what the rest of the adapter works with.
 */
public class IsthmusActivationSpec extends ActivationAliases implements ActivationSpec, Serializable {
    private static final long serialVersionUID = 1L;
    private static final System.Logger log = System.getLogger(IsthmusActivationSpec.class.getName());

    private transient @Nullable ResourceAdapter resourceAdapter;
    private String destination = "";
    private String destinationLookup = "";
    private String destinationType = "";
    private String connectionFactoryLookup = "";
    private String acknowledgeMode = "Auto-acknowledge";
    private String messageSelector = "";
    private String subscriptionDurability = "NonDurable";
    private String subscriptionName = "";
    private String clientId = "";
    private String userName = "";
    private String password = "";
    private String bootstrapServers = "";
    private String deadLetterDestination = "";
    private String recordsAsText = "false";
    private int maxSession = 15;
    private int maxDeliveries = 10;
    private long redeliveryDelay = 500;
    private int setupAttempts = -1;
    private long setupInterval = 2000;

    @Override
    public void validate() throws InvalidPropertyException {
        var problems = problems();
        if (!problems.isEmpty()) {
            throw new InvalidPropertyException(String.join("; ", problems));
        }
    }

    private List<String> problems() {
        var problems = new ArrayList<String>();
        if (destination.isEmpty() == destinationLookup.isEmpty()) {
            problems.add("give either destination (the name of a topic) or destinationLookup (its JNDI name)");
        }
        if (isQueueType()) {
            problems.add("destinationType " + destinationType
                    + ": queues need share groups, which are not there yet; use a topic with a durable subscription");
        } else if (!destinationType.isEmpty() && !destinationType.equals(Topic.class.getName())) {
            problems.add("destinationType: " + destinationType + " is neither " + Topic.class.getName() + " nor "
                    + Queue.class.getName());
        }
        if (!messageSelector.isEmpty()) {
            problems.add("messageSelector: selectors are not there yet; receive all messages and select in the bean");
        }
        if (!deadLetterDestination.isEmpty()) {
            problems.add("deadLetterDestination: not there yet; see maxDeliveries");
        }
        if (!connectionFactoryLookup.isEmpty()) {
            problems.add("connectionFactoryLookup: configure the resource adapter, or use bootstrapServers");
        }
        if (isDurable() && subscriptionName.isEmpty()) {
            problems.add("subscriptionName: a durable subscription needs one");
        } else if (isDurable() && clientId.isEmpty()) {
            problems.add("clientId: a durable subscription needs one");
        } else if (!isDurable() && !subscriptionDurability.equalsIgnoreCase("NonDurable")) {
            problems.add("subscriptionDurability: " + subscriptionDurability + " is neither Durable nor NonDurable");
        }
        if (!List.of("auto-acknowledge", "dups-ok-acknowledge").contains(acknowledgeMode.toLowerCase(Locale.ROOT))) {
            problems.add(
                    "acknowledgeMode: " + acknowledgeMode + " is neither Auto-acknowledge nor Dups-ok-acknowledge");
        }
        atLeast(problems, "maxSession", maxSession, 1);
        if (maxDeliveries != -1) {
            atLeast(problems, "maxDeliveries", maxDeliveries, 1);
        }
        atLeast(problems, "setupAttempts", setupAttempts, -1);
        atLeast(problems, "setupInterval", setupInterval, 1);
        atLeast(problems, "redeliveryDelay", redeliveryDelay, 0);
        return problems;
    }

    private static void atLeast(List<String> problems, String property, long value, long least) {
        if (value < least) {
            problems.add(property + ": " + value + " is less than " + least);
        }
    }

    private boolean isQueueType() {
        return destinationType.equals(Queue.class.getName());
    }

    private boolean isDurable() {
        return subscriptionDurability.equalsIgnoreCase("Durable");
    }

    /** The validated whole. Looks the destination up, so it is called where the server has set up the application's naming context. */
    Subscription subscription() throws InvalidPropertyException {
        validate();
        renamedProperties()
                .forEach((used, ours) ->
                        log.log(Level.WARNING, "Activation property {0} is called {1} here", used, ours));
        ignoredProperties()
                .forEach(name -> log.log(Level.WARNING, "Activation property {0} has no meaning here; ignored", name));
        return new Subscription(
                topic(),
                isDurable() ? subscriptionName : null,
                acknowledgeMode.toLowerCase(Locale.ROOT).startsWith("dups")
                        ? Acknowledgement.BATCH
                        : Acknowledgement.EACH,
                maxSession,
                maxDeliveries,
                Duration.ofMillis(redeliveryDelay),
                setupAttempts,
                Duration.ofMillis(setupInterval));
    }

    @SuppressWarnings(
            "BanJNDI") // the name comes from the application's own descriptor, and naming is how a container is asked
    private IsthmusTopic topic() throws InvalidPropertyException {
        if (!destination.isEmpty()) {
            return new IsthmusTopic(destination);
        }
        try {
            Object found = InitialContext.doLookup(destinationLookup);
            if (found instanceof IsthmusTopic topic) {
                return topic;
            }
            if (found instanceof IsthmusDestination) {
                throw new InvalidPropertyException("destinationLookup " + destinationLookup
                        + " is a queue: queues need share groups, which are not there yet");
            }
            throw new InvalidPropertyException(
                    "destinationLookup " + destinationLookup + " is no topic of Isthmus: " + found);
        } catch (NamingException e) {
            throw new InvalidPropertyException("destinationLookup " + destinationLookup + ": " + e.getMessage(), e);
        }
    }

    /** The adapter's connections, with what this bean has of its own. */
    IsthmusConnectionFactory connectionFactory(IsthmusResourceAdapter adapter) {
        var factory = adapter.connectionFactory();
        if (!bootstrapServers.isEmpty()) {
            factory.setBootstrapServers(bootstrapServers);
        }
        if (!clientId.isEmpty()) {
            factory.setClientID(clientId);
        }
        if (!userName.isEmpty()) {
            factory.setUser(userName);
            factory.setPassword(password);
        }
        factory.setRecordsAsText(Boolean.parseBoolean(recordsAsText));
        return factory;
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

    public void setSubscriptionDurability(String subscriptionDurability) {
        this.subscriptionDurability = subscriptionDurability.strip();
    }

    public String getSubscriptionName() {
        return subscriptionName;
    }

    public void setSubscriptionName(String subscriptionName) {
        this.subscriptionName = subscriptionName.strip();
    }

    public String getClientId() {
        return clientId;
    }

    public void setClientId(String clientId) {
        this.clientId = clientId.strip();
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

    /** Beans at work at once, at most. A topic never has more than one for each partition, so that each partition keeps its order. */
    public Integer getMaxSession() {
        return maxSession;
    }

    @Override
    public void setMaxSession(Integer maxSession) {
        this.maxSession = maxSession;
    }

    /** Deliveries of one message before it is passed over and logged as an error (it stays in the log); -1: no end. */
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
