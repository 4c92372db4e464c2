package org.isthmus.jms;

import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.QueueSession;
import jakarta.jms.Session;
import jakarta.jms.TopicSession;
import jakarta.jms.TransactionInProgressException;
import jakarta.jms.XAQueueSession;
import jakarta.jms.XATopicSession;
import java.util.List;
import java.util.concurrent.Executor;
import javax.transaction.xa.XAResource;

/**
 * A session whose work belongs to the branch that its {@link XAResource} has started, and to none in between: then it acknowledges by
 * itself. Its transactions are its manager's to end.
 */
public final class IsthmusXASession extends IsthmusSession implements XAQueueSession, XATopicSession {
    private final IsthmusXAResource resource;

    IsthmusXASession(IsthmusConnection connection, Domain domain, String name, Executor threads, XaBranches branches) {
        super(connection, domain, AUTO_ACKNOWLEDGE, name, threads);
        resource = new IsthmusXAResource(new SessionWorker(transaction(), () -> List.of(this)), branches);
    }

    @Override
    public XAResource getXAResource() {
        return resource;
    }

    @Override
    public Session getSession() {
        return this;
    }

    @Override
    public QueueSession getQueueSession() {
        return this;
    }

    @Override
    public TopicSession getTopicSession() {
        return this;
    }

    /** As the specification has it, also where no branch is started. */
    @Override
    public boolean getTransacted() throws JMSException {
        requireOpen();
        return true;
    }

    @Override
    public int getAcknowledgeMode() throws JMSException {
        requireOpen();
        return SESSION_TRANSACTED;
    }

    @Override
    public void commit() throws JMSException {
        throw managersBusiness();
    }

    @Override
    public void rollback() throws JMSException {
        throw managersBusiness();
    }

    /** Nor is it for the application to have them begin again. */
    @Override
    public void recover() throws JMSException {
        requireOpen();
        throw new IllegalStateException("an XA session is transacted, so it does not recover");
    }

    private TransactionInProgressException managersBusiness() throws JMSException {
        requireOpen();
        return new TransactionInProgressException("the transaction manager ends the transactions of an XA session");
    }
}
