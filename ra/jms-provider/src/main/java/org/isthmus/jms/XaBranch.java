package org.isthmus.jms;

import jakarta.jms.JMSException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.transaction.xa.XAException;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.Transaction;

/**
 * A branch that this process has work in: {@code OPEN → ENDING → PREPARED → gone}, or gone at once. While it is open, workers are associated
 * with it or suspended from it. Locked, because transaction managers end branches by any thread, also while a session works.
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

    private final BrokerClient client;
    private final Transaction transaction;
    private final Map<XaWorker, Tie> ties = new HashMap<>();
    private final Set<XaWorker> workers = new LinkedHashSet<>();
    private Phase phase = Phase.OPEN;
    private boolean failed;

    /** @param client whose transaction it is */
    XaBranch(BrokerClient client, Transaction transaction) {
        this.client = client;
        this.transaction = transaction;
    }

    BrokerClient client() {
        return client;
    }

    Transaction transaction() {
        return transaction;
    }

    synchronized void join(XaWorker worker) throws XAException {
        if (phase != Phase.OPEN || ties.containsKey(worker)) {
            throw XaErrors.of(XAException.XAER_PROTO, "the branch cannot be joined now");
        }
        if (failed) {
            throw XaErrors.of(XAException.XA_RBROLLBACK, "the branch can only be rolled back");
        }
        ties.put(worker, Tie.ASSOCIATED);
        workers.add(worker);
    }

    synchronized void suspend(XaWorker worker) throws XAException {
        change(worker, Tie.ASSOCIATED, Tie.SUSPENDED);
    }

    synchronized void resume(XaWorker worker) throws XAException {
        change(worker, Tie.SUSPENDED, Tie.ASSOCIATED);
    }

    private void change(XaWorker worker, Tie from, Tie to) throws XAException {
        if (!ties.replace(worker, from, to)) {
            throw XaErrors.of(XAException.XAER_PROTO, "the session is not " + from + " with the branch");
        }
    }

    synchronized void leave(XaWorker worker, boolean asFailed) throws XAException {
        if (ties.remove(worker) == null) {
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

    /** As {@link #endOpen}, but whoever still works in it does so in vain: managers roll back when time is up. */
    synchronized void endInVain() throws XAException {
        if (phase != Phase.OPEN) {
            throw XaErrors.of(XAException.XAER_PROTO, "the branch is ended already");
        }
        phase = Phase.ENDING;
    }

    /** Has the workers do what they do last. Without the lock: it may wait for the broker. */
    void completing(boolean inOnePhase) throws JMSException {
        var all = workers();
        boolean alone = inOnePhase && all.size() == 1 && !transaction.hasWork();
        for (var worker : all) {
            worker.completing(transaction, alone);
        }
    }

    /** From now on only {@code endBranch} ends it; also where it is not known whether it was prepared. */
    synchronized void prepared() {
        phase = Phase.PREPARED;
    }

    synchronized boolean isPrepared() {
        return phase == Phase.PREPARED;
    }

    synchronized List<XaWorker> workers() {
        return List.copyOf(workers);
    }
}
