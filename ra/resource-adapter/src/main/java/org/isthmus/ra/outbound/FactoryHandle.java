package org.isthmus.ra.outbound;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.QueueConnection;
import jakarta.jms.QueueConnectionFactory;
import jakarta.jms.TopicConnection;
import jakarta.jms.TopicConnectionFactory;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.ManagedConnectionFactory;
import java.io.Serializable;
import javax.naming.NamingException;
import javax.naming.Reference;
import org.isthmus.jms.Domain;
import org.isthmus.jms.JmsErrors;
import org.jspecify.annotations.Nullable;

/** The connection factory that applications have injected: every connection comes out of the server's pool. Safe for use by many threads. */
public final class FactoryHandle
        implements ConnectionFactory,
                QueueConnectionFactory,
                TopicConnectionFactory,
                Serializable,
                jakarta.resource.Referenceable {
    private static final long serialVersionUID = 1L;

    private final ManagedConnectionFactory factory;
    private final ConnectionManager pool;
    private @Nullable Reference reference;

    public FactoryHandle(ManagedConnectionFactory factory, ConnectionManager pool) {
        this.factory = factory;
        this.pool = pool;
    }

    /** What this factory is configured for. */
    public ManagedConnectionFactory managedConnectionFactory() {
        return factory;
    }

    @Override
    public ConnectionHandle createConnection() throws JMSException {
        return allocate(Login.CONFIGURED);
    }

    @Override
    public ConnectionHandle createConnection(@Nullable String user, @Nullable String password) throws JMSException {
        return allocate(new Login(user, password));
    }

    @Override
    public TopicConnection createTopicConnection() throws JMSException {
        return allocate(Login.CONFIGURED).as(Domain.TOPIC);
    }

    @Override
    public TopicConnection createTopicConnection(@Nullable String user, @Nullable String password) throws JMSException {
        return allocate(new Login(user, password)).as(Domain.TOPIC);
    }

    @Override
    public QueueConnection createQueueConnection() throws JMSException {
        return allocate(Login.CONFIGURED).as(Domain.QUEUE);
    }

    @Override
    public QueueConnection createQueueConnection(@Nullable String user, @Nullable String password) throws JMSException {
        return allocate(new Login(user, password)).as(Domain.QUEUE);
    }

    @Override
    public JMSContext createContext() {
        return context(Login.CONFIGURED, JMSContext.AUTO_ACKNOWLEDGE);
    }

    @Override
    public JMSContext createContext(int sessionMode) {
        return context(Login.CONFIGURED, sessionMode);
    }

    @Override
    public JMSContext createContext(@Nullable String user, @Nullable String password) {
        return context(new Login(user, password), JMSContext.AUTO_ACKNOWLEDGE);
    }

    @Override
    public JMSContext createContext(@Nullable String user, @Nullable String password, int sessionMode) {
        return context(new Login(user, password), sessionMode);
    }

    private JMSContext context(Login login, int sessionMode) {
        try {
            return new ContextHandle(allocate(login), sessionMode);
        } catch (JMSException e) {
            throw JmsErrors.unchecked(e);
        }
    }

    private ConnectionHandle allocate(Login login) throws JMSException {
        // A name that is not given means the configured one, also where a container passes it on as null.
        var wanted = login.user() == null ? Login.CONFIGURED : login;
        try {
            return (ConnectionHandle) pool.allocateConnection(factory, wanted);
        } catch (ResourceException e) {
            throw failure(e);
        }
    }

    /** What the broker said, however often servers have wrapped it. */
    private static JMSException failure(ResourceException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof JMSException told) {
                return told;
            }
        }
        return e instanceof jakarta.resource.spi.SecurityException
                ? new JMSSecurityException(e.getMessage(), e.getErrorCode(), e)
                : new JMSException("No connection: " + e.getMessage(), e.getErrorCode(), e);
    }

    @Override
    public void setReference(Reference reference) {
        this.reference = reference;
    }

    @Override
    public Reference getReference() throws NamingException {
        var known = reference;
        if (known == null) {
            throw new NamingException("The server has bound this connection factory nowhere");
        }
        return known;
    }
}
