package org.isthmus.jms;

import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.XAJMSContext;
import java.util.concurrent.atomic.AtomicInteger;
import javax.transaction.xa.XAResource;

/** An XA session and a share in its connection. Contexts that it makes share the connection, and are as any. */
public final class IsthmusXAContext extends IsthmusContext implements XAJMSContext {
    private final IsthmusXASession session;

    private IsthmusXAContext(IsthmusXAConnection connection, IsthmusXASession session) {
        super(connection, new AtomicInteger(1), session);
        this.session = session;
    }

    static IsthmusXAContext open(IsthmusXAConnection connection) throws JMSException {
        try {
            return new IsthmusXAContext(connection, connection.newXASession(Domain.UNIFIED));
        } catch (JMSException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public JMSContext getContext() {
        return this;
    }

    @Override
    public XAResource getXAResource() {
        return session.getXAResource();
    }
}
