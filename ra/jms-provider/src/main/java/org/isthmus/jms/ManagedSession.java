package org.isthmus.jms;

import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.TransactionInProgressException;
import java.util.concurrent.Executor;

/**
 * A session of a connection in a server's pool: it is transacted while the connection works in a transaction, which its server ends, and
 * acknowledges by itself otherwise (Jakarta Messaging, Connection.createSession).
 */
final class ManagedSession extends IsthmusSession {
    private final IsthmusManagedConnection connection;

    ManagedSession(
            IsthmusManagedConnection connection,
            Domain domain,
            int mode,
            String name,
            Executor threads,
            SessionTransaction transaction) {
        super(connection, domain, mode, name, threads, transaction);
        this.connection = connection;
    }

    /** A container wants no threads but its own to call its applications (§7.3.5). */
    @Override
    void requireCompletions() throws JMSException {
        throw new IllegalStateException("asynchronous sends are not permitted in a web or EJB container");
    }

    @Override
    public boolean getTransacted() throws JMSException {
        requireOpen();
        return transaction().isOn();
    }

    @Override
    public int getAcknowledgeMode() throws JMSException {
        return getTransacted() ? SESSION_TRANSACTED : super.getAcknowledgeMode();
    }

    @Override
    public void commit() throws JMSException {
        requireOutside();
        super.commit(); // which says that there is nothing to commit
    }

    @Override
    public void rollback() throws JMSException {
        requireOutside();
        super.rollback();
    }

    private void requireOutside() throws JMSException {
        if (getTransacted()) {
            throw new TransactionInProgressException("the server ends the transactions of a session in its pool");
        }
    }

    @Override
    public void close() throws JMSException {
        super.close();
        connection.closed(this);
    }
}
