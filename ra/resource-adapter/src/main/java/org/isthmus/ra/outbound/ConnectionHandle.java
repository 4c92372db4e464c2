package org.isthmus.ra.outbound;

import jakarta.jms.ConnectionConsumer;
import jakarta.jms.ConnectionMetaData;
import jakarta.jms.Destination;
import jakarta.jms.ExceptionListener;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.QueueConnection;
import jakarta.jms.QueueSession;
import jakarta.jms.ServerSessionPool;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import jakarta.jms.TopicConnection;
import jakarta.jms.TopicSession;
import org.isthmus.jms.Domain;
import org.jspecify.annotations.Nullable;

/**
 * A connection as an application in a container has it: with one session at a time, and without the calls that would disturb the pool.
 * Closing it gives the pooled connection back. Safe for use by many threads.
 */
public final class ConnectionHandle implements QueueConnection, TopicConnection {
    private @Nullable PooledConnection pooled;
    private @Nullable SessionHandle session;
    private volatile Domain domain = Domain.UNIFIED;

    ConnectionHandle(PooledConnection pooled) {
        this.pooled = pooled;
    }

    /** For the application that asked by one of the older interfaces, before it has the handle. */
    ConnectionHandle as(Domain asked) {
        domain = asked;
        return this;
    }

    /**
     * A session that takes part in the container's transaction while there is one, and acknowledges by itself otherwise, whatever the arguments
     * say: in a container transactions are the container's. Only one session may be open at a time.
     */
    @Override
    public SessionHandle createSession(boolean transacted, int acknowledgeMode) throws JMSException {
        return openSession(mode(transacted, acknowledgeMode), domain);
    }

    private static int mode(boolean transacted, int acknowledgeMode) {
        return transacted ? Session.SESSION_TRANSACTED : acknowledgeMode;
    }

    @Override
    public SessionHandle createSession(int sessionMode) throws JMSException {
        return openSession(sessionMode, domain);
    }

    @Override
    public SessionHandle createSession() throws JMSException {
        return openSession(Session.AUTO_ACKNOWLEDGE, domain);
    }

    @Override
    public TopicSession createTopicSession(boolean transacted, int acknowledgeMode) throws JMSException {
        return openSession(mode(transacted, acknowledgeMode), Domain.TOPIC);
    }

    @Override
    public QueueSession createQueueSession(boolean transacted, int acknowledgeMode) throws JMSException {
        return openSession(mode(transacted, acknowledgeMode), Domain.QUEUE);
    }

    private synchronized SessionHandle openSession(int asked, Domain of) throws JMSException {
        if (asked < Session.SESSION_TRANSACTED || asked > Session.DUPS_OK_ACKNOWLEDGE) {
            throw new JMSException("no session mode: " + asked);
        }
        var current = session;
        if (current != null && current.isOpen()) {
            throw new IllegalStateException(
                    "In a container a connection has one session at a time; close the other first");
        }
        int mode = asked == Session.DUPS_OK_ACKNOWLEDGE ? asked : Session.AUTO_ACKNOWLEDGE;
        var opened = new SessionHandle(pooled().connection().createSession(mode, of));
        session = opened;
        return opened;
    }

    @Override
    public @Nullable String getClientID() throws JMSException {
        return pooled().connection().getClientID();
    }

    @Override
    public ConnectionMetaData getMetaData() throws JMSException {
        return pooled().connection().getMetaData();
    }

    @Override
    public void start() throws JMSException {
        pooled().connection().start();
    }

    @Override
    public synchronized void close() throws JMSException {
        var closing = pooled;
        if (closing == null) {
            return;
        }
        try {
            closeSession();
        } finally {
            pooled = null;
            closing.closed(this);
        }
    }

    /** The server takes the pooled connection back. */
    synchronized void invalidate() {
        try {
            closeSession();
        } catch (JMSException e) {
            System.getLogger(ConnectionHandle.class.getName())
                    .log(System.Logger.Level.DEBUG, "Closing a session failed", e);
        }
        pooled = null;
    }

    /** The server goes on with another pooled connection; a session does not survive that. */
    synchronized void moveTo(PooledConnection other) {
        var before = pooled;
        if (before == other) {
            return;
        }
        invalidate();
        if (before != null) {
            before.forget(this);
        }
        pooled = other;
    }

    private void closeSession() throws JMSException {
        var closing = session;
        session = null;
        if (closing != null) {
            closing.close();
        }
    }

    private synchronized PooledConnection pooled() throws JMSException {
        var current = pooled;
        if (current == null) {
            throw new IllegalStateException("The connection is closed");
        }
        return current;
    }

    @Override
    public void stop() throws JMSException {
        throw Prohibited.call("Connection.stop");
    }

    @Override
    public void setClientID(String clientID) throws JMSException {
        throw Prohibited.call("Connection.setClientID");
    }

    @Override
    public ExceptionListener getExceptionListener() throws JMSException {
        throw Prohibited.call("Connection.getExceptionListener");
    }

    @Override
    public void setExceptionListener(ExceptionListener listener) throws JMSException {
        throw Prohibited.call("Connection.setExceptionListener");
    }

    @Override
    public ConnectionConsumer createConnectionConsumer(
            Destination destination, String selector, ServerSessionPool pool, int maxMessages) throws JMSException {
        throw Prohibited.call("Connection.createConnectionConsumer");
    }

    @Override
    public ConnectionConsumer createConnectionConsumer(
            Topic topic, String selector, ServerSessionPool pool, int maxMessages) throws JMSException {
        throw Prohibited.call("TopicConnection.createConnectionConsumer");
    }

    @Override
    public ConnectionConsumer createConnectionConsumer(
            Queue queue, String selector, ServerSessionPool pool, int maxMessages) throws JMSException {
        throw Prohibited.call("QueueConnection.createConnectionConsumer");
    }

    @Override
    public ConnectionConsumer createDurableConnectionConsumer(
            Topic topic, String subscription, String selector, ServerSessionPool pool, int maxMessages)
            throws JMSException {
        throw Prohibited.call("Connection.createDurableConnectionConsumer");
    }

    @Override
    public ConnectionConsumer createSharedConnectionConsumer(
            Topic topic, String subscription, String selector, ServerSessionPool pool, int maxMessages)
            throws JMSException {
        throw Prohibited.call("Connection.createSharedConnectionConsumer");
    }

    @Override
    public ConnectionConsumer createSharedDurableConnectionConsumer(
            Topic topic, String subscription, String selector, ServerSessionPool pool, int maxMessages)
            throws JMSException {
        throw Prohibited.call("Connection.createSharedDurableConnectionConsumer");
    }
}
