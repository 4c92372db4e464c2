package org.isthmus.ra;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.EISSystemException;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ManagedConnectionFactory;
import jakarta.resource.spi.ResourceAdapter;
import jakarta.resource.spi.ResourceAdapterAssociation;
import jakarta.resource.spi.ValidatingManagedConnectionFactory;
import jakarta.resource.spi.security.PasswordCredential;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import javax.security.auth.Subject;
import org.isthmus.jms.IsthmusConnectionFactory;
import org.isthmus.jms.IsthmusManagedConnection;
import org.isthmus.ra.outbound.FactoryHandle;
import org.isthmus.ra.outbound.Login;
import org.isthmus.ra.outbound.PooledConnection;
import org.jspecify.annotations.Nullable;

/**
 * Makes the connections of one connection factory definition, as configured, for the server to pool. Configured by one thread; after that
 * safe for use by many.
 */
public class IsthmusManagedConnectionFactory extends ConnectionAliases
        implements ManagedConnectionFactory, ResourceAdapterAssociation, ValidatingManagedConnectionFactory {
    private static final long serialVersionUID = 1L;

    private @Nullable IsthmusResourceAdapter resourceAdapter;
    private String bootstrapServers = "";
    private String clientId = "";
    private String userName = "";
    private String password = "";
    private String trustedPackages = "";
    private boolean recordsAsText;
    private transient @Nullable PrintWriter logWriter;

    @Override
    public ConnectionFactory createConnectionFactory(ConnectionManager pool) {
        warnOfNames("Connection factory");
        return new FactoryHandle(this, pool);
    }

    /** Outside a server nothing pools: the provider's own factory. */
    @Override
    public ConnectionFactory createConnectionFactory() throws ResourceException {
        return connectionFactory(Login.CONFIGURED);
    }

    @Override
    public ManagedConnection createManagedConnection(@Nullable Subject subject, @Nullable ConnectionRequestInfo request)
            throws ResourceException {
        return new PooledConnection(new Entrance(), login(subject, request), clientId);
    }

    private final class Entrance implements PooledConnection.Entrance {
        @Override
        public Login login(@Nullable Subject subject, @Nullable ConnectionRequestInfo request) {
            return IsthmusManagedConnectionFactory.this.login(subject, request);
        }

        @Override
        public IsthmusManagedConnection connect(Login login) throws ResourceException {
            try {
                var factory = connectionFactory(login);
                // Many lie in the pool, of which each has the client identifier while it is handed out.
                factory.setClientID("");
                return factory.createManagedConnection();
            } catch (JMSSecurityException e) {
                throw new jakarta.resource.spi.SecurityException("The broker refused the " + login, e);
            } catch (JMSException e) {
                throw new EISSystemException("Cannot connect to the broker: " + e.getMessage(), e);
            }
        }
    }

    @Override
    @SuppressWarnings({"rawtypes", "unchecked"}) // the interface is older than generics
    public @Nullable ManagedConnection matchManagedConnections(
            Set connections, @Nullable Subject subject, @Nullable ConnectionRequestInfo request) {
        var login = login(subject, request);
        for (Object candidate : connections) {
            if (candidate instanceof PooledConnection pooled && pooled.serves(login)) {
                return pooled;
            }
        }
        return null;
    }

    @Override
    @SuppressWarnings({"rawtypes", "unchecked"}) // the interface is older than generics
    public Set getInvalidConnections(Set connections) {
        var invalid = new HashSet<Object>();
        for (Object candidate : connections) {
            if (candidate instanceof PooledConnection pooled && pooled.isBroken()) {
                invalid.add(pooled);
            }
        }
        return invalid;
    }

    /**
     * What the container's subject says comes first, then what the application asked for. A subject that only says what is configured here, as
     * Payara's pools always have one, is not the container's word.
     */
    private Login login(@Nullable Subject subject, @Nullable ConnectionRequestInfo request) {
        if (subject != null) {
            for (var credential : subject.getPrivateCredentials(PasswordCredential.class)) {
                if (equals(credential.getManagedConnectionFactory())) {
                    var given = named(credential.getUserName(), new String(credential.getPassword()));
                    if (!given.equals(Login.CONFIGURED)) {
                        return given;
                    }
                }
            }
        }
        return request instanceof Login asked ? named(asked.user(), asked.password()) : Login.CONFIGURED;
    }

    private Login named(@Nullable String user, @Nullable String secret) {
        boolean configured = user == null || user.isEmpty() || (user.equals(userName) && password.equals(secret));
        return configured ? Login.CONFIGURED : new Login(user, secret);
    }

    IsthmusConnectionFactory connectionFactory(Login login) throws ResourceException {
        var adapter = resourceAdapter;
        if (adapter == null) {
            throw new jakarta.resource.spi.IllegalStateException(
                    "This connection factory belongs to no resource adapter");
        }
        var factory = adapter.connectionFactory();
        if (!bootstrapServers.isEmpty()) {
            factory.setBootstrapServers(bootstrapServers);
        }
        if (!clientId.isEmpty()) {
            factory.setClientID(clientId);
        }
        var user = login.user() == null ? userName : login.user();
        if (!user.isEmpty()) {
            factory.setUser(user);
            factory.setPassword(login.password() == null ? password : login.password());
        }
        factory.takeTls(this);
        if (!trustedPackages.isEmpty()) {
            factory.setTrustedPackages(trustedPackages);
        }
        factory.setRecordsAsText(recordsAsText);
        return factory;
    }

    @Override
    public @Nullable ResourceAdapter getResourceAdapter() {
        return resourceAdapter;
    }

    @Override
    public void setResourceAdapter(ResourceAdapter adapter) throws ResourceException {
        if (!(adapter instanceof IsthmusResourceAdapter ours)) {
            throw new ResourceException("Not the Isthmus resource adapter: " + adapter);
        }
        resourceAdapter = ours;
    }

    /** Brokers for this factory only; empty: those of the resource adapter. */
    public String getBootstrapServers() {
        return bootstrapServers;
    }

    @Override
    public void setBootstrapServers(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers.strip();
    }

    /** The client identifier that a connection has while an application has it, so one at a time. Durable subscriptions need one. */
    public String getClientId() {
        return clientId;
    }

    public void setClientId(String clientId) {
        this.clientId = clientId.strip();
    }

    /** The same, as other adapters write it. Servers that mind no case take either. */
    public void setClientID(String id) {
        setClientId(id);
    }

    public String getUserName() {
        return userName;
    }

    @Override
    public void setUserName(String userName) {
        this.userName = userName;
    }

    /** The same as the user name; the name that {@code @JMSConnectionFactoryDefinition} uses on some servers. */
    public String getUser() {
        return userName;
    }

    public void setUser(String user) {
        this.userName = user;
    }

    public String getPassword() {
        return password;
    }

    @Override
    public void setPassword(String password) {
        this.password = password;
    }

    /** Packages of classes that object messages may hold, as a comma list; {@code java.*} is always among them. */
    public String getTrustedPackages() {
        return trustedPackages;
    }

    public void setTrustedPackages(String trustedPackages) {
        this.trustedPackages = trustedPackages.strip();
    }

    /** Whether plain Kafka records arrive as text messages instead of bytes messages. */
    public Boolean getRecordsAsText() {
        return recordsAsText;
    }

    public void setRecordsAsText(Boolean recordsAsText) {
        this.recordsAsText = recordsAsText;
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter logWriter) {
        this.logWriter = logWriter;
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return logWriter;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IsthmusManagedConnectionFactory that
                && Objects.equals(resourceAdapter, that.resourceAdapter)
                && bootstrapServers.equals(that.bootstrapServers)
                && clientId.equals(that.clientId)
                && userName.equals(that.userName)
                && password.equals(that.password)
                && sameTls(that)
                && trustedPackages.equals(that.trustedPackages)
                && recordsAsText == that.recordsAsText;
    }

    @Override
    public int hashCode() {
        return Objects.hash(resourceAdapter, bootstrapServers, clientId, userName, trustedPackages, recordsAsText);
    }
}
