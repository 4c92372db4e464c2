package org.isthmus.ra;

import java.util.function.Function;

/**
 * Activation properties as other adapters name them, beside those that their connection factories have too. All are texts: that is how Payara hands
 * over what the archive does not declare.
 */
public abstract class ActivationAliases extends ConnectionAliases {
    private static final long serialVersionUID = 1L;

    public abstract void setMaxSession(Integer maxSession);

    public abstract void setMaxDeliveries(Integer maxDeliveries);

    public abstract void setRedeliveryDelay(Long redeliveryDelay);

    public abstract void setDestination(String destination);

    public abstract void setSetupAttempts(Integer setupAttempts);

    public abstract void setSetupInterval(Long setupInterval);

    public abstract void setRedeliveryMultiplier(Double redeliveryMultiplier);

    public abstract void setSubscriptionDurability(String subscriptionDurability);

    public abstract void setShareSubscriptions(String shareSubscriptions);

    public abstract void setSubscriptionName(String subscriptionName);

    public abstract void setClientId(String clientId);

    // ActiveMQ Classic
    public void setMaxSessions(String maxSessions) {
        renamed("maxSessions", "maxSession");
        setMaxSession(read("maxSessions", maxSessions, Integer::valueOf));
    }

    public void setMaximumRedeliveries(String maximumRedeliveries) {
        renamed("maximumRedeliveries", "maxDeliveries");
        setMaxDeliveries(deliveries(read("maximumRedeliveries", maximumRedeliveries, Integer::valueOf)));
    }

    public void setInitialRedeliveryDelay(String initialRedeliveryDelay) {
        renamed("initialRedeliveryDelay", "redeliveryDelay");
        setRedeliveryDelay(read("initialRedeliveryDelay", initialRedeliveryDelay, Long::valueOf));
    }

    public void setMaxMessagesPerSessions(String value) {
        ignored("maxMessagesPerSessions");
    }

    public void setUseRAManagedTransaction(String value) {
        ignored("useRAManagedTransaction");
    }

    public void setUseExponentialBackOff(String value) {
        ignored("useExponentialBackOff");
    }

    public void setBackOffMultiplier(String backOffMultiplier) {
        renamed("backOffMultiplier", "redeliveryMultiplier");
        setRedeliveryMultiplier(read("backOffMultiplier", backOffMultiplier, Double::valueOf));
    }

    public void setMaxMessagesPerBatch(String value) {
        ignored("maxMessagesPerBatch");
    }

    public void setNoLocal(String value) {
        ignored("noLocal");
    }

    public void setEnableBatch(String value) {
        ignored("enableBatch");
    }

    // Artemis
    public void setUser(String user) {
        renamed("user", "userName");
        setUserName(user);
    }

    public void setSingleConnection(String value) {
        ignored("singleConnection");
    }

    public void setRebalanceConnections(String value) {
        ignored("rebalanceConnections");
    }

    public void setUseLocalTx(String value) {
        ignored("useLocalTx");
    }

    public void setTransactionTimeout(String value) {
        ignored("transactionTimeout");
    }

    public void setReconnectAttempts(String reconnectAttempts) {
        renamed("reconnectAttempts", "setupAttempts");
        setSetupAttempts(read("reconnectAttempts", reconnectAttempts, Integer::valueOf));
    }

    public void setReconnectInterval(String reconnectInterval) {
        renamed("reconnectInterval", "setupInterval");
        setSetupInterval(read("reconnectInterval", reconnectInterval, Long::valueOf));
    }

    public void setRetryInterval(String retryInterval) {
        renamed("retryInterval", "setupInterval");
        setSetupInterval(read("retryInterval", retryInterval, Long::valueOf));
    }

    public void setClientID(String clientID) {
        renamed("clientID", "clientId");
        setClientId(clientID);
    }

    // JBoss before Artemis
    public void setDLQMaxResent(String resent) {
        renamed("DLQMaxResent", "maxDeliveries");
        setMaxDeliveries(deliveries(read("DLQMaxResent", resent, Integer::valueOf)));
    }

    public void setUseDLQ(String value) {
        ignored("useDLQ");
    }

    public void setMaxMessages(String value) {
        ignored("maxMessages");
    }

    public void setMinSession(String value) {
        ignored("minSession");
    }

    public void setKeepAlive(String value) {
        ignored("keepAlive");
    }

    // OpenMQ
    public void setEndpointPoolMaxSize(String endpointPoolMaxSize) {
        renamed("endpointPoolMaxSize", "maxSession");
        setMaxSession(read("endpointPoolMaxSize", endpointPoolMaxSize, Integer::valueOf));
    }

    public void setEndpointPoolSteadySize(String value) {
        ignored("endpointPoolSteadySize");
    }

    public void setEndpointExceptionRedeliveryAttempts(String attempts) {
        renamed("endpointExceptionRedeliveryAttempts", "maxDeliveries");
        setMaxDeliveries(deliveries(read("endpointExceptionRedeliveryAttempts", attempts, Integer::valueOf)));
    }

    public void setEndpointExceptionRedeliveryInterval(String interval) {
        renamed("endpointExceptionRedeliveryInterval", "redeliveryDelay");
        setRedeliveryDelay(read("endpointExceptionRedeliveryInterval", interval, Long::valueOf));
    }

    public void setSendUndeliverableMsgsToDMQ(String value) {
        ignored("sendUndeliverableMsgsToDMQ");
    }

    public void setUseSharedSubscriptionsInClusteredContainer(String value) {
        renamed("useSharedSubscriptionsInClusteredContainer", "shareSubscriptions");
        setShareSubscriptions(value);
    }

    // IBM MQ
    public void setMaxPoolDepth(String maxPoolDepth) {
        renamed("maxPoolDepth", "maxSession");
        setMaxSession(read("maxPoolDepth", maxPoolDepth, Integer::valueOf));
    }

    public void setPoolTimeout(String value) {
        ignored("poolTimeout");
    }

    public void setSparseSubscriptions(String value) {
        ignored("sparseSubscriptions");
    }

    public void setSubscriptionStore(String value) {
        ignored("subscriptionStore");
    }

    public void setDynamicallyBalanced(String value) {
        ignored("dynamicallyBalanced");
    }

    public void setMaxSequentialDeliveryFailures(String value) {
        ignored("maxSequentialDeliveryFailures");
    }

    // Payara's Kafka connector and Starlight
    public void setGroupIdConfig(String groupIdConfig) {
        renamed("groupIdConfig", "subscriptionName");
        setSubscriptionName(groupIdConfig);
    }

    public void setSubscriptionMode(String subscriptionMode) {
        renamed("subscriptionMode", "subscriptionDurability");
        setSubscriptionDurability(subscriptionMode);
    }

    public void setSubscriptionType(String value) {
        ignored("subscriptionType");
    }

    public void setTopics(String topics) {
        renamed("topics", "destination");
        setDestination(topics);
    }

    public void setNumSessions(String numSessions) {
        renamed("numSessions", "maxSession");
        setMaxSession(read("numSessions", numSessions, Integer::valueOf));
    }

    private static <N extends Number> N read(String property, String text, Function<String, N> reader) {
        try {
            return reader.apply(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(property + ": \"" + text + "\" is no number", e);
        }
    }

    /** Redeliveries do not count the first delivery, deliveries do; -1 means no end in both. */
    private static int deliveries(int redeliveries) {
        return redeliveries < 0 ? -1 : redeliveries + 1;
    }
}
