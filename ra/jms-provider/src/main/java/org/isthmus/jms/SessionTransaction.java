package org.isthmus.jms;

import jakarta.jms.JMSException;
import jakarta.jms.TransactionRolledBackException;
import java.time.Duration;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.Transaction;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The transaction that a session works in. A transacted session always has one, which begins with the first thing that is done; an XA
 * session has one while it is in a branch. The lock is there for {@code close} and for transaction managers, which may come by any thread.
 */
final class SessionTransaction {
    /** As long as brokers let a transaction be open; then they roll it back. */
    static final Duration LONGEST = Duration.ofMinutes(15);

    private final BrokerClient client;
    private final boolean always;
    private @Nullable Transaction current;

    SessionTransaction(BrokerClient client, boolean always) {
        this.client = client;
        this.always = always;
    }

    synchronized boolean isOn() {
        return always || current != null;
    }

    /** What is done now is done in this; null where it is done by itself. */
    synchronized @Nullable Transaction inProgress() {
        var present = current;
        if (present == null && always) {
            present = client.begin(LONGEST);
            current = present;
        }
        return present;
    }

    synchronized void enter(Transaction branch) {
        current = branch;
    }

    synchronized void leave() {
        current = null;
    }

    /** What a session may end itself: a branch is its manager's, and outlives the session. */
    private synchronized @Nullable Transaction take() {
        if (!always) {
            return null;
        }
        var taken = current;
        current = null;
        return taken;
    }

    /** Fails with {@link TransactionRolledBackException} where it was rolled back instead; otherwise it is not known what became of it. */
    void commit() throws JMSException {
        var ending = take();
        if (ending != null) {
            commit(ending);
        }
    }

    static void commit(Transaction ending) throws JMSException {
        try {
            JmsErrors.await(ending::commit, "committing");
        } catch (JMSException e) {
            if (e.getLinkedException() instanceof BrokerException refused
                    && refused.code() == ErrorCode.TRANSACTION_ABORTABLE) {
                throw JmsErrors.caused(new TransactionRolledBackException(e.getMessage(), e.getErrorCode()), refused);
            }
            throw e;
        }
    }

    void rollback() throws JMSException {
        var ending = take();
        if (ending != null) {
            JmsErrors.await(ending::rollback, "rolling back");
        }
    }
}
