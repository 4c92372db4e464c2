package org.isthmus.jms;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.transaction.xa.XAException;
import org.isthmus.broker.client.Transaction;

/**
 * A branch that this connection has work in: {@code OPEN → ENDING → PREPARED → gone}, or gone at once. While it is open, sessions are
 * associated with it or suspended from it. Locked, because transaction managers end branches by any thread, also while a session works.
 */
final class XaBranch {
    private enum Phase {
        OPEN,
        ENDING,
        PREPARED
    }

    private enum Tie {
        ASSOCIATED,
        SUSPENDED
    }

    private final Transaction transaction;
    private final Map<IsthmusXASession, Tie> ties = new HashMap<>();
    private final Set<Delivery> workers = new HashSet<>();
    private Phase phase = Phase.OPEN;
    private boolean failed;

    XaBranch(Transaction transaction) {
        this.transaction = transaction;
    }

    Transaction transaction() {
        return transaction;
    }

    synchronized void join(IsthmusXASession session) throws XAException {
        if (phase != Phase.OPEN || ties.containsKey(session)) {
            throw XaErrors.of(XAException.XAER_PROTO, "the branch cannot be joined now");
        }
        if (failed) {
            throw XaErrors.of(XAException.XA_RBROLLBACK, "the branch can only be rolled back");
        }
        ties.put(session, Tie.ASSOCIATED);
        workers.add(session.delivery());
    }

    synchronized void suspend(IsthmusXASession session) throws XAException {
        change(session, Tie.ASSOCIATED, Tie.SUSPENDED);
    }

    synchronized void resume(IsthmusXASession session) throws XAException {
        change(session, Tie.SUSPENDED, Tie.ASSOCIATED);
    }

    private void change(IsthmusXASession session, Tie from, Tie to) throws XAException {
        if (!ties.replace(session, from, to)) {
            throw XaErrors.of(XAException.XAER_PROTO, "the session is not " + from + " with the branch");
        }
    }

    synchronized void leave(IsthmusXASession session, boolean asFailed) throws XAException {
        if (ties.remove(session) == null) {
            throw XaErrors.of(XAException.XAER_PROTO, "the session is not part of the branch");
        }
        failed |= asFailed;
    }

    /** The one who gets through ends the open branch: whether it can be anything but rolled back. */
    synchronized boolean endOpen() throws XAException {
        if (phase != Phase.OPEN || !ties.isEmpty()) {
            throw XaErrors.of(XAException.XAER_PROTO, "sessions still work in the branch, or it is ended already");
        }
        phase = Phase.ENDING;
        return !failed;
    }

    /** From now on only {@code endBranch} ends it; also where it is not known whether it was prepared. */
    synchronized void prepared() {
        phase = Phase.PREPARED;
    }

    synchronized boolean isPrepared() {
        return phase == Phase.PREPARED;
    }

    /** Those who may have received in it. */
    synchronized List<Delivery> workers() {
        return List.copyOf(workers);
    }
}
