package org.isthmus.ra.outbound;

import jakarta.jms.JMSException;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionEvent;
import jakarta.resource.spi.ConnectionEventListener;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.LocalTransaction;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ManagedConnectionMetaData;
import java.io.PrintWriter;
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
 * <p>The pool serialises its own calls; that the connection broke is told by a thread of the broker's client.
 */
public final class PooledConnection implements ManagedConnection {
    private final IsthmusManagedConnection connection;
    private final Login login;
    private final String clientId;
    private final List<ConnectionEventListener> listeners = new CopyOnWriteArrayList<>();
    private final Set<ConnectionHandle> handles = ConcurrentHashMap.newKeySet();
    private volatile boolean broken;
    private @Nullable PrintWriter logWriter;

    /** @param clientId the client identifier that it has while it is handed out; empty is none */
    public PooledConnection(IsthmusManagedConnection connection, Login login, String clientId) throws JMSException {
        this.connection = connection;
        this.login = login;
        this.clientId = clientId;
        connection.setExceptionListener(this::broke);
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
        if (!clientId.isEmpty()) {
            try {
                connection.takeClientId(clientId);
            } catch (JMSException e) {
                throw new ResourceException("The client identifier cannot be had: " + e.getMessage(), e);
            }
        }
        var handle = new ConnectionHandle(this);
        handles.add(handle);
        return handle;
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

    private void broke(JMSException cause) {
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
        connection.leaveTransaction();
        try {
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
        return new LocalWork(connection);
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
