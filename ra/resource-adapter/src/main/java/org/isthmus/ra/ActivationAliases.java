package org.isthmus.ra;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.isthmus.jms.TlsProperties;

/**
 * Activation properties as other adapters name them, so that a bean moved here says what it said. What has a counterpart is applied to it;
 * what has none is remembered by name. Either way a warning names it at activation: nothing is ignored in silence.
 */
public abstract class ActivationAliases extends TlsProperties {
    private static final long serialVersionUID = 1L;

    private final Map<String, String> renamed = new LinkedHashMap<>();
    private final Set<String> ignored = new LinkedHashSet<>();

    public abstract void setMaxSession(Integer maxSession);

    public abstract void setMaxDeliveries(Integer maxDeliveries);

    public abstract void setRedeliveryDelay(Long redeliveryDelay);

    public abstract void setUserName(String userName);

    public abstract void setDestination(String destination);

    public abstract void setSetupAttempts(Integer setupAttempts);

    public abstract void setSetupInterval(Long setupInterval);

    public abstract void setRedeliveryMultiplier(Double redeliveryMultiplier);

    public abstract void setSubscriptionDurability(String subscriptionDurability);

    public abstract void setShareSubscriptions(String shareSubscriptions);

    public abstract void setSubscriptionName(String subscriptionName);

    public abstract void setClientId(String clientId);

    public abstract void setBootstrapServers(String bootstrapServers);

    /** Names that were used, to the names to use instead. */
    Map<String, String> renamedProperties() {
        return renamed;
    }

    /** Names that were used and mean nothing here. */
    Set<String> ignoredProperties() {
        return ignored;
    }

    // ActiveMQ Classic
    public void setMaxSessions(Integer maxSessions) {
        renamed.put("maxSessions", "maxSession");
        setMaxSession(maxSessions);
    }

    public void setMaximumRedeliveries(Integer maximumRedeliveries) {
        renamed.put("maximumRedeliveries", "maxDeliveries");
        setMaxDeliveries(deliveries(maximumRedeliveries));
    }

    public void setInitialRedeliveryDelay(Long initialRedeliveryDelay) {
        renamed.put("initialRedeliveryDelay", "redeliveryDelay");
        setRedeliveryDelay(initialRedeliveryDelay);
    }

    public void setMaxMessagesPerSessions(String value) {
        ignored.add("maxMessagesPerSessions");
    }

    public void setUseRAManagedTransaction(String value) {
        ignored.add("useRAManagedTransaction");
    }

    public void setUseExponentialBackOff(String value) {
        ignored.add("useExponentialBackOff");
    }

    public void setBackOffMultiplier(Double backOffMultiplier) {
        renamed.put("backOffMultiplier", "redeliveryMultiplier");
        setRedeliveryMultiplier(backOffMultiplier);
    }

    public void setMaxMessagesPerBatch(String value) {
        ignored.add("maxMessagesPerBatch");
    }

    public void setNoLocal(String value) {
        ignored.add("noLocal");
    }

    public void setEnableBatch(String value) {
        ignored.add("enableBatch");
    }

    public void setUseJndi(String value) {
        ignored.add("useJndi");
    }

    // Artemis
    public void setUser(String user) {
        renamed.put("user", "userName");
        setUserName(user);
    }

    public void setUseJNDI(String value) {
        ignored.add("useJNDI");
    }

    public void setJndiParams(String value) {
        ignored.add("jndiParams");
    }

    public void setConnectionParameters(String value) {
        ignored.add("connectionParameters");
    }

    public void setConnectorClassName(String value) {
        ignored.add("connectorClassName");
    }

    public void setSingleConnection(String value) {
        ignored.add("singleConnection");
    }

    public void setRebalanceConnections(String value) {
        ignored.add("rebalanceConnections");
    }

    public void setUseLocalTx(String value) {
        ignored.add("useLocalTx");
    }

    public void setTransactionTimeout(String value) {
        ignored.add("transactionTimeout");
    }

    public void setHa(String value) {
        ignored.add("ha");
    }

    public void setReconnectAttempts(Integer reconnectAttempts) {
        renamed.put("reconnectAttempts", "setupAttempts");
        setSetupAttempts(reconnectAttempts);
    }

    public void setReconnectInterval(Long reconnectInterval) {
        renamed.put("reconnectInterval", "setupInterval");
        setSetupInterval(reconnectInterval);
    }

    public void setRetryInterval(Long retryInterval) {
        renamed.put("retryInterval", "setupInterval");
        setSetupInterval(retryInterval);
    }

    public void setCallTimeout(String value) {
        ignored.add("callTimeout");
    }

    public void setClientID(String clientID) {
        renamed.put("clientID", "clientId");
        setClientId(clientID);
    }

    // JBoss before Artemis
    public void setDLQMaxResent(Integer resent) {
        renamed.put("DLQMaxResent", "maxDeliveries");
        setMaxDeliveries(deliveries(resent));
    }

    public void setUseDLQ(String value) {
        ignored.add("useDLQ");
    }

    public void setMaxMessages(String value) {
        ignored.add("maxMessages");
    }

    public void setMinSession(String value) {
        ignored.add("minSession");
    }

    public void setKeepAlive(String value) {
        ignored.add("keepAlive");
    }

    // OpenMQ
    public void setEndpointPoolMaxSize(Integer endpointPoolMaxSize) {
        renamed.put("endpointPoolMaxSize", "maxSession");
        setMaxSession(endpointPoolMaxSize);
    }

    public void setEndpointPoolSteadySize(String value) {
        ignored.add("endpointPoolSteadySize");
    }

    public void setEndpointExceptionRedeliveryAttempts(Integer attempts) {
        renamed.put("endpointExceptionRedeliveryAttempts", "maxDeliveries");
        setMaxDeliveries(deliveries(attempts));
    }

    public void setEndpointExceptionRedeliveryInterval(Long interval) {
        renamed.put("endpointExceptionRedeliveryInterval", "redeliveryDelay");
        setRedeliveryDelay(interval);
    }

    public void setSendUndeliverableMsgsToDMQ(String value) {
        ignored.add("sendUndeliverableMsgsToDMQ");
    }

    public void setUseSharedSubscriptionsInClusteredContainer(String value) {
        renamed.put("useSharedSubscriptionsInClusteredContainer", "shareSubscriptions");
        setShareSubscriptions(value);
    }

    public void setReconnectEnabled(String value) {
        ignored.add("reconnectEnabled");
    }

    public void setAddressListBehavior(String value) {
        ignored.add("addressListBehavior");
    }

    public void setAddressListIterations(String value) {
        ignored.add("addressListIterations");
    }

    public void setAddressList(String value) {
        ignored.add("addressList");
    }

    // IBM MQ
    public void setMaxPoolDepth(Integer maxPoolDepth) {
        renamed.put("maxPoolDepth", "maxSession");
        setMaxSession(maxPoolDepth);
    }

    public void setHostName(String value) {
        ignored.add("hostName");
    }

    public void setPort(String value) {
        ignored.add("port");
    }

    public void setChannel(String value) {
        ignored.add("channel");
    }

    public void setQueueManager(String value) {
        ignored.add("queueManager");
    }

    public void setConnectionNameList(String value) {
        ignored.add("connectionNameList");
    }

    public void setCcdtURL(String value) {
        ignored.add("ccdtURL");
    }

    public void setPoolTimeout(String value) {
        ignored.add("poolTimeout");
    }

    public void setStartTimeout(String value) {
        ignored.add("startTimeout");
    }

    public void setMaxSequentialDeliveryFailures(String value) {
        ignored.add("maxSequentialDeliveryFailures");
    }

    // Payara's Kafka connector and Starlight
    public void setGroupIdConfig(String groupIdConfig) {
        renamed.put("groupIdConfig", "subscriptionName");
        setSubscriptionName(groupIdConfig);
    }

    public void setAdditionalProperties(String value) {
        ignored.add("additionalProperties");
    }

    public void setSubscriptionMode(String subscriptionMode) {
        renamed.put("subscriptionMode", "subscriptionDurability");
        setSubscriptionDurability(subscriptionMode);
    }

    public void setSubscriptionType(String value) {
        ignored.add("subscriptionType");
    }

    public void setBootstrapServersConfig(String bootstrapServersConfig) {
        renamed.put("bootstrapServersConfig", "bootstrapServers");
        setBootstrapServers(bootstrapServersConfig);
    }

    public void setTopics(String topics) {
        renamed.put("topics", "destination");
        setDestination(topics);
    }

    public void setNumSessions(Integer numSessions) {
        renamed.put("numSessions", "maxSession");
        setMaxSession(numSessions);
    }

    /** Redeliveries do not count the first delivery, deliveries do; -1 means no end in both. */
    private static int deliveries(int redeliveries) {
        return redeliveries < 0 ? -1 : redeliveries + 1;
    }
}
