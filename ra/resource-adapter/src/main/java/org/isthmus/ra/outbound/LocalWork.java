package org.isthmus.ra.outbound;

import jakarta.jms.JMSException;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.LocalTransaction;
import jakarta.resource.spi.LocalTransactionException;

/**
 * The transaction that a server begins and ends without a manager, where this connection is all that takes part. It is the server's alone:
 * applications cannot begin one, so the pool's listeners are told of none.
 */
record LocalWork(PooledConnection pooled) implements LocalTransaction {
    private interface Step {
        void take() throws JMSException;
    }

    @Override
    public void begin() throws ResourceException {
        take("begin", pooled.connection()::begin);
    }

    @Override
    public void commit() throws ResourceException {
        take("commit", pooled.connection()::commit);
    }

    @Override
    public void rollback() throws ResourceException {
        take("rollback", pooled.connection()::rollback);
    }

    private static void take(String what, Step step) throws ResourceException {
        try {
            step.take();
        } catch (JMSException e) {
            throw new LocalTransactionException("The " + what + " of a local transaction failed: " + e.getMessage(), e);
        }
    }
}
