package org.isthmus.jms;

import jakarta.jms.JMSException;
import java.util.Collection;
import java.util.function.Supplier;
import org.isthmus.broker.client.Transaction;

/** Sessions that work in one transaction: an XA session by itself, or those of a connection in a server's pool. */
final class SessionWorker implements XaWorker {
    private final SessionTransaction transaction;
    private final Supplier<? extends Collection<? extends IsthmusSession>> sessions;

    /** @param sessions those that are open */
    SessionWorker(SessionTransaction transaction, Supplier<? extends Collection<? extends IsthmusSession>> sessions) {
        this.transaction = transaction;
        this.sessions = sessions;
    }

    @Override
    public void enter(Transaction branch) {
        transaction.enter(branch);
    }

    @Override
    public void leave() {
        sessions.get().forEach(session -> session.outflow().asyncSends().awaitNone(null));
        transaction.leave();
    }

    @Override
    public void completing(Transaction branch, boolean alone) {
        // What was sent and received is known to the branch already.
    }

    @Override
    public void rollingBack() throws JMSException {
        for (var session : sessions.get()) {
            session.delivery().rollingBack();
        }
    }

    @Override
    public void committed() {
        sessions.get().forEach(session -> session.delivery().committed());
    }

    @Override
    public void rolledBack() {
        sessions.get().forEach(session -> session.delivery().rolledBack());
    }
}
