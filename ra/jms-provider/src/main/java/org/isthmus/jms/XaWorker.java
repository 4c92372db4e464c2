package org.isthmus.jms;

import jakarta.jms.JMSException;
import org.isthmus.broker.client.Transaction;

/**
 * Who works in branches: one XA session, all sessions of a connection in a server's pool, or a bean with what it was handed. Told by
 * transaction managers, which may come by any thread, but for one worker one after another.
 */
interface XaWorker {
    /** What is done from now on is done in the branch. */
    void enter(Transaction branch);

    /** What is done from now on is done by itself. Returns when nothing of the branch is under way. */
    void leave();

    /**
     * The branch is about to be prepared, or to be committed in one phase; the last moment to do something in it. Where this fails, it is rolled
     * back.
     *
     * @param alone whether the worker has the branch for itself, nothing was done in it yet, and it is committed in one phase: what the worker
     *     does then needs no transaction
     */
    void completing(Transaction branch, boolean alone) throws JMSException;

    /** The branch is to be rolled back. Returns when nothing comes any more that is behind what will come back. */
    void rollingBack() throws JMSException;

    void committed();

    void rolledBack();
}
