package org.isthmus.ra;

import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.isthmus.jms.TlsProperties;

/**
 * Properties of adapters, connection factories and beans as other adapters name them, so that a definition moved here says what it said. What has
 * a counterpart is applied to it; what has none, as where a broker of another kind is, is remembered by name. Either way a warning names it:
 * nothing is ignored in silence.
 */
public abstract class ConnectionAliases extends TlsProperties {
    private static final long serialVersionUID = 1L;
    private static final System.Logger log = System.getLogger(ConnectionAliases.class.getName());

    private final Map<String, String> renamed = new LinkedHashMap<>();
    private final Set<String> ignored = new LinkedHashSet<>();

    public abstract void setBootstrapServers(String bootstrapServers);

    public abstract void setUserName(String userName);

    public abstract void setPassword(String password);

    /** For names that were used, and the names to use instead. */
    final void renamed(String used, String ours) {
        renamed.put(used, ours);
    }

    /** For names that were used and mean nothing here. */
    final void ignored(String used) {
        ignored.add(used);
    }

    /** @param whose of what they are properties */
    final void warnOfNames(String whose) {
        renamed.forEach(
                (used, ours) -> log.log(Level.WARNING, "{0} property {1} is called {2} here", whose, used, ours));
        ignored.forEach(used -> log.log(Level.WARNING, "{0} property {1} has no meaning here; ignored", whose, used));
    }

    // Artemis
    public void setConnectorClassName(String value) {
        ignored("connectorClassName");
    }

    public void setConnectionParameters(String value) {
        ignored("connectionParameters");
    }

    public void setHa(String value) {
        ignored("ha");
    }

    public void setCallTimeout(String value) {
        ignored("callTimeout");
    }

    public void setUseJNDI(String value) {
        ignored("useJNDI");
    }

    public void setJndiParams(String value) {
        ignored("jndiParams");
    }

    // ActiveMQ Classic
    public void setServerUrl(String value) {
        ignored("serverUrl");
    }

    public void setBrokerXmlConfig(String value) {
        ignored("brokerXmlConfig");
    }

    public void setUseJndi(String value) {
        ignored("useJndi");
    }

    public void setDefaultUser(String defaultUser) {
        renamed("defaultUser", "userName");
        setUserName(defaultUser);
    }

    public void setDefaultPassword(String defaultPassword) {
        renamed("defaultPassword", "password");
        setPassword(defaultPassword);
    }

    public void setTrustStore(String trustStore) {
        renamed("trustStore", "sslTruststoreLocation");
        setSslTruststoreLocation(trustStore);
    }

    public void setTrustStorePassword(String trustStorePassword) {
        renamed("trustStorePassword", "sslTruststorePassword");
        setSslTruststorePassword(trustStorePassword);
    }

    public void setKeyStore(String keyStore) {
        renamed("keyStore", "sslKeystoreLocation");
        setSslKeystoreLocation(keyStore);
    }

    public void setKeyStorePassword(String keyStorePassword) {
        renamed("keyStorePassword", "sslKeystorePassword");
        setSslKeystorePassword(keyStorePassword);
    }

    public void setKeyStoreKeyPassword(String keyStoreKeyPassword) {
        renamed("keyStoreKeyPassword", "sslKeyPassword");
        setSslKeyPassword(keyStoreKeyPassword);
    }

    // OpenMQ
    public void setAddressList(String value) {
        ignored("addressList");
    }

    public void setConnectionURL(String value) {
        ignored("connectionURL");
    }

    public void setAddressListBehavior(String value) {
        ignored("addressListBehavior");
    }

    public void setAddressListIterations(String value) {
        ignored("addressListIterations");
    }

    public void setReconnectEnabled(String value) {
        ignored("reconnectEnabled");
    }

    public void setBrokerType(String value) {
        ignored("brokerType");
    }

    public void setBrokerPort(String value) {
        ignored("brokerPort");
    }

    public void setMqssl(String value) {
        ignored("mqssl");
    }

    // IBM MQ
    public void setHostName(String value) {
        ignored("hostName");
    }

    public void setPort(String value) {
        ignored("port");
    }

    public void setChannel(String value) {
        ignored("channel");
    }

    public void setQueueManager(String value) {
        ignored("queueManager");
    }

    public void setConnectionNameList(String value) {
        ignored("connectionNameList");
    }

    public void setCcdtURL(String value) {
        ignored("ccdtURL");
    }

    public void setStartTimeout(String value) {
        ignored("startTimeout");
    }

    public void setMaxConnections(String value) {
        ignored("maxConnections");
    }

    public void setReconnectionRetryCount(String value) {
        ignored("reconnectionRetryCount");
    }

    public void setReconnectionRetryInterval(String value) {
        ignored("reconnectionRetryInterval");
    }

    public void setStartupRetryCount(String value) {
        ignored("startupRetryCount");
    }

    public void setSslPeerName(String value) {
        ignored("sslPeerName");
    }

    public void setSslCipherSuite(String sslCipherSuite) {
        renamed("sslCipherSuite", "sslCipherSuites");
        setSslCipherSuites(sslCipherSuite);
    }

    // Payara's Kafka connector
    public void setBootstrapServersConfig(String bootstrapServersConfig) {
        renamed("bootstrapServersConfig", "bootstrapServers");
        setBootstrapServers(bootstrapServersConfig);
    }

    public void setAdditionalProperties(String value) {
        ignored("additionalProperties");
    }
}
