package org.isthmus.ra.outbound;

import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionEvent;
import jakarta.resource.spi.ConnectionEventListener;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.LocalTransaction;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ManagedConnectionMetaData;
import java.io.PrintWriter;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.security.auth.Subject;
import javax.transaction.xa.XAResource;
import org.isthmus.jms.IsthmusManagedConnection;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the broker in the server's pool. Applications never see it but through handles, which lose it when they are closed or
 * when the server takes it back.
 *
 * <pre>
 *   in the pool ⇄ handed out → destroyed
 *        └──────────┴→ broken (told to the pool once) → destroyed
 * </pre>
 *
 * <p>It is of one login at a time, and is handed out for no other: where a pool does not look at logins and nothing is under way, it comes to
 * the broker anew as who is asked for (re-authentication, Jakarta Connectors 9.1.9).
 *
 * <p>The pool serialises its own calls; that the connection broke is told by a thread of the broker's client.
 */
public final class PooledConnection implements ManagedConnection {
    private static final System.Logger log = System.getLogger(PooledConnection.class.getName());

    private final Entrance entrance;
    private final String clientId;
    private volatile IsthmusManagedConnection connection;
    private volatile Login login;
    private final List<ConnectionEventListener> listeners = new CopyOnWriteArrayList<>();
    private final Set<ConnectionHandle> handles = ConcurrentHashMap.newKeySet();
    private volatile boolean broken;
    private @Nullable PrintWriter logWriter;

    /** The part of the connection factory. */
    public interface Entrance {
        /** As whom a server wants a connection. */
        Login login(@Nullable Subject subject, @Nullable ConnectionRequestInfo request);

        /** A new connection to the broker. Fails with {@link jakarta.resource.spi.SecurityException} where the broker does not let the login in. */
        IsthmusManagedConnection connect(Login login) throws ResourceException;
    }

    /** @param clientId the client identifier that it has while it is handed out; empty is none */
    public PooledConnection(Entrance entrance, Login login, String clientId) throws ResourceException {
        this.entrance = entrance;
        this.clientId = clientId;
        connect(login);
    }

    private void connect(Login as) throws ResourceException {
        var opened = entrance.connect(as);
        connection = opened;
        login = as;
        try {
            opened.setExceptionListener(cause -> broke(opened, cause));
        } catch (JMSException e) {
            throw new ResourceException("The connection to the broker is lost", e);
        }
    }

    /** Whether the pool may hand it out for this login. */
    public boolean serves(Login wanted) {
        return !broken && login.equals(wanted);
    }

    public boolean isBroken() {
        return broken;
    }

    IsthmusManagedConnection connection() {
        return connection;
    }

    @Override
    public Object getConnection(@Nullable Subject subject, @Nullable ConnectionRequestInfo request)
            throws ResourceException {
        if (broken) {
            throw new ResourceException("The connection to the broker is lost");
        }
        try {
            comeAs(entrance.login(subject, request));
            takeClientId();
        } catch (ResourceException e) {
            if (handles.isEmpty()) {
                // Payara's pools would take it for handed out from now on, and have one less.
                giveUp(e);
            }
            throw e;
        }
        var handle = new ConnectionHandle(this);
        handles.add(handle);
        return handle;
    }

    private void comeAs(Login wanted) throws ResourceException {
        if (wanted.equals(login)) {
            return;
        }
        if (!handles.isEmpty() || connection.isInTransaction()) {
            throw refusal(
                    "This connection has the " + login
                            + " and is part of a transaction, so it cannot be had with the " + wanted
                            + ": give each login a connection factory of its own, or on Payara set match-connections of the pool");
        }
        var before = connection;
        connect(wanted);
        try {
            before.close();
        } catch (JMSException e) {
            log.log(Level.DEBUG, "Closing a connection failed", e);
        }
    }

    private static ResourceException refusal(String reason) {
        return new jakarta.resource.spi.SecurityException(reason, new JMSSecurityException(reason));
    }

    private void takeClientId() throws ResourceException {
        if (clientId.isEmpty()) {
            return;
        }
        try {
            connection.takeClientId(clientId);
        } catch (JMSException e) {
            throw new ResourceException("The client identifier cannot be had: " + e.getMessage(), e);
        }
    }

    @Override
    public void associateConnection(Object handle) throws ResourceException {
        if (!(handle instanceof ConnectionHandle ours)) {
            throw new ResourceException("Not a handle of Isthmus: " + handle);
        }
        ours.moveTo(this);
        handles.add(ours);
    }

    void forget(ConnectionHandle handle) {
        handles.remove(handle);
    }

    void closed(ConnectionHandle handle) {
        handles.remove(handle);
        var event = new ConnectionEvent(this, ConnectionEvent.CONNECTION_CLOSED);
        event.setConnectionHandle(handle);
        listeners.forEach(listener -> listener.connectionClosed(event));
    }

    private void broke(IsthmusManagedConnection lost, JMSException cause) {
        if (lost == connection) {
            giveUp(cause);
        }
    }

    private void giveUp(Exception cause) {
        if (broken) {
            return;
        }
        broken = true;
        var event = new ConnectionEvent(this, ConnectionEvent.CONNECTION_ERROR_OCCURRED, cause);
        listeners.forEach(listener -> listener.connectionErrorOccurred(event));
    }

    @Override
    public void cleanup() throws ResourceException {
        invalidateHandles();
        try {
            connection.leaveTransaction();
            // The next user has not started it.
            connection.stop();
            connection.deleteTemporaries();
            connection.giveUpClientId();
        } catch (JMSException e) {
            throw new ResourceException("Cannot give the connection back to the pool", e);
        }
    }

    @Override
    public void destroy() throws ResourceException {
        invalidateHandles();
        try {
            connection.close();
        } catch (JMSException e) {
            throw new ResourceException("Cannot close the connection", e);
        }
    }

    private void invalidateHandles() {
        handles.forEach(ConnectionHandle::invalidate);
        handles.clear();
    }

    /** Of all sessions of the connection, whichever handle they belong to. */
    @Override
    public XAResource getXAResource() {
        return connection.xaResource();
    }

    @Override
    public LocalTransaction getLocalTransaction() {
        return new LocalWork(this);
    }

    @Override
    public ManagedConnectionMetaData getMetaData() throws ResourceException {
        try {
            var metaData = connection.getMetaData();
            return new ProductMetaData(
                    metaData.getJMSProviderName(),
                    metaData.getProviderVersion(),
                    login.user() == null ? "" : login.user());
        } catch (JMSException e) {
            throw new ResourceException("The connection does not tell about itself", e);
        }
    }

    @Override
    public void addConnectionEventListener(ConnectionEventListener listener) {
        listeners.add(listener);
    }

    @Override
    public void removeConnectionEventListener(ConnectionEventListener listener) {
        listeners.remove(listener);
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter logWriter) {
        this.logWriter = logWriter;
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return logWriter;
    }

    private record ProductMetaData(String product, String version, String user) implements ManagedConnectionMetaData {
        @Override
        public String getEISProductName() {
            return product;
        }

        @Override
        public String getEISProductVersion() {
            return version;
        }

        @Override
        public int getMaxConnections() {
            return 0;
        }

        @Override
        public String getUserName() {
            return user;
        }
    }
}
