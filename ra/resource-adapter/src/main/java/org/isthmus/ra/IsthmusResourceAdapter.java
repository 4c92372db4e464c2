package org.isthmus.ra;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ActivationSpec;
import jakarta.resource.spi.BootstrapContext;
import jakarta.resource.spi.ResourceAdapter;
import jakarta.resource.spi.ResourceAdapterInternalException;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Objects;
import javax.transaction.xa.XAResource;
import org.isthmus.broker.client.Credentials;
import org.isthmus.jms.IsthmusConnectionFactory;
import org.jspecify.annotations.Nullable;

/**
 * The adapter, as configured. Servers make several instances of one configuration (WildFly one more for each connection definition), so an
 * instance owns only its activations and a share of the embedded broker, never the broker: two instances with the same configuration are
 * equal and reach the same log.
 *
 * <p>Configured by one thread, then started; after that safe for use by many.
 */
public class IsthmusResourceAdapter extends ConnectionAliases implements ResourceAdapter, Serializable {
    private static final long serialVersionUID = 1L;

    private String bootstrapServers = "";
    private String dataDirectory = "";
    private String listeners = "";
    private String settings = "";
    private String userName = "";
    private String password = "";

    private transient volatile @Nullable RunningAdapter running;

    @Override
    public void start(BootstrapContext context) throws ResourceAdapterInternalException {
        warnOfNames("Adapter");
        running = RunningAdapter.start(this, context);
    }

    @Override
    public void stop() {
        var stopping = running;
        running = null;
        if (stopping != null) {
            stopping.stop();
        }
    }

    @Override
    public void endpointActivation(MessageEndpointFactory endpoints, ActivationSpec spec) throws ResourceException {
        var adapter = running;
        if (adapter == null) {
            throw new ResourceAdapterInternalException("The Isthmus resource adapter is not started");
        }
        if (!(spec instanceof IsthmusActivationSpec ours)) {
            throw new jakarta.resource.NotSupportedException("Not an activation of Isthmus: " + spec);
        }
        adapter.activate(endpoints, ours);
    }

    @Override
    public void endpointDeactivation(MessageEndpointFactory endpoints, ActivationSpec spec) {
        var adapter = running;
        if (adapter != null) {
            adapter.deactivate(endpoints, spec);
        }
    }

    /** Each answers for every prepared branch of its broker, whoever prepared it and where. */
    @Override
    public XAResource[] getXAResources(ActivationSpec[] specs) throws ResourceException {
        var adapter = running;
        if (adapter == null) {
            throw new ResourceAdapterInternalException("The Isthmus resource adapter is not started");
        }
        return adapter.xaResources(specs);
    }

    /** A factory for connections to what this adapter is configured for. */
    IsthmusConnectionFactory connectionFactory() {
        var factory = new IsthmusConnectionFactory();
        if (isEmbedded()) {
            factory.setDataDirectory(effectiveDataDirectory().toString());
        } else {
            factory.setBootstrapServers(bootstrapServers);
        }
        factory.setUser(userName);
        factory.setPassword(password);
        factory.takeTls(this);
        return factory;
    }

    /** As whom the adapter itself comes, or null for nobody in particular. */
    @Nullable
    Credentials credentials() {
        return userName.isEmpty() ? null : new Credentials(userName, password);
    }

    boolean isEmbedded() {
        return bootstrapServers.isBlank();
    }

    Path effectiveDataDirectory() {
        return dataDirectory.isBlank()
                ? DataDirectory.ofThisServer()
                : Path.of(dataDirectory).toAbsolutePath().normalize();
    }

    /** Brokers to connect to, as {@code host:port,host:port}, {@code SSL://host:port} where they speak TLS. Empty: a broker embedded in this server. */
    public String getBootstrapServers() {
        return bootstrapServers;
    }

    @Override
    public void setBootstrapServers(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers.strip();
    }

    /** Where the embedded broker keeps its log. Empty: {@code isthmus} in the server's own data directory. */
    public String getDataDirectory() {
        return dataDirectory;
    }

    public void setDataDirectory(String dataDirectory) {
        this.dataDirectory = dataDirectory.strip();
    }

    /**
     * Addresses on which the embedded broker speaks the Kafka protocol, as {@code host:port,host:port}, {@code SSL://host:port} where it speaks TLS. Empty: no port is opened.
     */
    public String getListeners() {
        return listeners;
    }

    public void setListeners(String listeners) {
        this.listeners = listeners.strip();
    }

    /** Settings of the embedded broker by their Kafka names, as {@code name=value;name=value}. */
    public String getSettings() {
        return settings;
    }

    public void setSettings(String settings) {
        this.settings = settings.strip();
    }

    /** As whom this adapter and all that names nobody else comes to brokers that ask. */
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

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IsthmusResourceAdapter that
                && bootstrapServers.equals(that.bootstrapServers)
                && dataDirectory.equals(that.dataDirectory)
                && listeners.equals(that.listeners)
                && settings.equals(that.settings)
                && sameTls(that)
                && userName.equals(that.userName)
                && password.equals(that.password);
    }

    @Override
    public int hashCode() {
        return Objects.hash(bootstrapServers, dataDirectory, listeners, settings, userName);
    }

    @Override
    public String toString() {
        return isEmbedded() ? "Isthmus embedded in " + effectiveDataDirectory() : "Isthmus at " + bootstrapServers;
    }
}
