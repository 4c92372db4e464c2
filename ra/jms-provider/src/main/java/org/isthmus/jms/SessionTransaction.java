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
 * What a transacted session does between two commits, as one transaction of the broker, which begins with the first thing that is done. The
 * lock is there for {@code close}, which any thread may call; else the session's thread alone comes here.
 */
final class SessionTransaction {
    /** As long as brokers let a transaction be open; then they roll it back. */
    private static final Duration LONGEST = Duration.ofMinutes(15);

    private final BrokerClient client;
    private @Nullable Transaction current;

    SessionTransaction(BrokerClient client) {
        this.client = client;
    }

    synchronized Transaction current() {
        var present = current;
        if (present == null) {
            present = client.begin(LONGEST);
            current = present;
        }
        return present;
    }

    private synchronized @Nullable Transaction take() {
        var taken = current;
        current = null;
        return taken;
    }

    /** Fails with {@link TransactionRolledBackException} where it was rolled back instead; otherwise it is not known what became of it. */
    void commit() throws JMSException {
        var ending = take();
        if (ending == null) {
            return;
        }
        try {
            JmsErrors.await(ending.commit(), "committing the session");
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
            JmsErrors.await(ending.rollback(), "rolling back the session");
        }
    }
}
