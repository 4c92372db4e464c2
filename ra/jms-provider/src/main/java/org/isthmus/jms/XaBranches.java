package org.isthmus.jms;

import jakarta.jms.JMSException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentMap;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.common.Xid;
import org.jspecify.annotations.Nullable;

/**
 * The branches that one connection begins, joins and ends, and the ends of branches that anybody prepared. Work is known here only
 * until it is prepared; from then on the broker alone decides, and what is kept serves to let consumers go on. Safe for use by many threads.
 */
final class XaBranches {
    private static final System.Logger LOG = System.getLogger(XaBranches.class.getName());

    private final BrokerClient client;
    private final BranchTable.All tables;
    private @Nullable BranchTable table; // guarded by this
    private boolean closed; // guarded by this

    /** @param tables those of this process */
    XaBranches(BrokerClient client, BranchTable.All tables) {
        this.client = client;
        this.tables = tables;
    }

    /** Whether what is begun by the one may be joined by the other. */
    boolean isSharedWith(XaBranches other) throws XAException {
        return table() == other.table();
    }

    /** That of the client's cluster, which is asked for its identity when the first branch comes: a connection that works in none need not wait for it. */
    private synchronized BranchTable table() throws XAException {
        var known = table;
        if (known == null) {
            requireOpen();
            try {
                known = tables.acquire(JmsErrors.await(client.clusterId(), "asking which cluster this is"));
            } catch (JMSException e) {
                throw XaErrors.of(e);
            }
            table = known;
        }
        return known;
    }

    private ConcurrentMap<Xid, XaBranch> branches() throws XAException {
        return table().branches();
    }

    /** Whether a branch that the worker has worked in is not ended yet. */
    boolean hasBranchOf(XaWorker worker) {
        BranchTable known;
        synchronized (this) {
            known = table;
        }
        return known != null
                && known.branches().values().stream()
                        .anyMatch(branch -> branch.workers().contains(worker));
    }

    /** A server may keep the resource of a connection that was closed: nobody works by it any more, so what it starts would be empty. */
    synchronized void requireOpen() throws XAException {
        if (closed) {
            throw XaErrors.of(XAException.XAER_RMFAIL, "the connection is closed");
        }
    }

    XaBranch begin(Xid xid, Duration timeout) throws XAException {
        var begun = new XaBranch(client, client.begin(timeout));
        if (branches().putIfAbsent(xid, begun) != null) {
            throw XaErrors.of(XAException.XAER_DUPID, "there is a branch of this name: " + xid);
        }
        return begun;
    }

    XaBranch known(Xid xid) throws XAException {
        var branch = branches().get(xid);
        if (branch == null) {
            throw XaErrors.of(XAException.XAER_NOTA, "no branch of this process: " + xid);
        }
        return branch;
    }

    int prepare(Xid xid) throws XAException {
        var branch = known(xid);
        if (!branch.endOpen()) {
            rollBackOpen(xid, branch);
            throw XaErrors.of(XAException.XA_RBROLLBACK, "the branch has failed: " + xid);
        }
        complete(xid, branch, false);
        try {
            if (JmsErrors.await(() -> branch.transaction().prepare(xid), "preparing " + xid)) {
                branch.prepared();
                return XAResource.XA_OK;
            }
        } catch (JMSException e) {
            var error = XaErrors.of(e);
            if (error.errorCode == XAException.XA_RBROLLBACK) {
                hasRolledBack(xid, branch);
            } else {
                branch.prepared();
            }
            throw error;
        }
        forgetCommitted(xid, branch); // consumers of topics may have received, which no broker remembers
        return XAResource.XA_RDONLY;
    }

    void commitInOnePhase(Xid xid) throws XAException {
        var branch = known(xid);
        if (!branch.endOpen()) {
            rollBackOpen(xid, branch);
            throw XaErrors.of(XAException.XA_RBROLLBACK, "the branch has failed: " + xid);
        }
        complete(xid, branch, true);
        try {
            JmsErrors.await(() -> branch.transaction().commit(), "committing " + xid);
        } catch (JMSException e) {
            hasRolledBack(xid, branch);
            throw XaErrors.of(e);
        }
        forgetCommitted(xid, branch);
    }

    /** The broker has rolled it back when it was asked for something else. */
    private void hasRolledBack(Xid xid, XaBranch branch) throws XAException {
        try {
            giveBackAhead(branch);
        } catch (JMSException e) {
            LOG.log(System.Logger.Level.WARNING, "What a branch had may come out of order: xid=" + xid, e);
        } finally {
            forgetRolledBack(xid, branch);
        }
    }

    private void complete(Xid xid, XaBranch branch, boolean inOnePhase) throws XAException {
        try {
            branch.completing(inOnePhase);
        } catch (JMSException e) {
            rollBackOpen(xid, branch);
            throw XaErrors.of(e);
        }
    }

    void commitPrepared(Xid xid) throws XAException {
        var branch = branches().get(xid);
        if (branch != null && !branch.isPrepared()) {
            throw XaErrors.of(XAException.XAER_PROTO, "the branch is not prepared: " + xid);
        }
        endPrepared(xid, branch, true);
    }

    void rollback(Xid xid) throws XAException {
        var branch = branches().get(xid);
        if (branch == null || branch.isPrepared()) {
            endPrepared(xid, branch, false);
        } else {
            branch.endInVain();
            rollBackOpen(xid, branch);
        }
    }

    private void rollBackOpen(Xid xid, XaBranch branch) throws XAException {
        try {
            giveBackAhead(branch);
            JmsErrors.await(() -> branch.transaction().rollback(), "rolling back " + xid);
        } catch (JMSException e) {
            // It was never prepared, so the broker rolls it back in time.
            LOG.log(System.Logger.Level.WARNING, "A branch is left to its time-out: xid=" + xid, e);
        } finally {
            forgetRolledBack(xid, branch);
        }
    }

    private void endPrepared(Xid xid, @Nullable XaBranch branch, boolean commit) throws XAException {
        try {
            if (branch != null && !commit) {
                giveBackAhead(branch);
            }
            // The client that prepared it need not look for it, and may use its identity again.
            var by = branch == null ? client : branch.client();
            var end = JmsErrors.await(() -> by.endBranch(xid, commit, false), "ending " + xid);
            switch (end) {
                case AS_ASKED -> forget(xid, branch, commit);
                case HEURISTICALLY_COMMITTED -> {
                    forget(xid, branch, true);
                    throw XaErrors.of(XAException.XA_HEURCOM, "an administrator has committed " + xid);
                }
                case HEURISTICALLY_ROLLED_BACK -> {
                    forget(xid, branch, false);
                    throw XaErrors.of(XAException.XA_HEURRB, "an administrator has rolled back " + xid);
                }
            }
        } catch (JMSException e) {
            var error = XaErrors.of(e);
            if (error.errorCode == XAException.XAER_NOTA || !commit) {
                forget(xid, branch, commit);
            }
            throw error;
        }
    }

    private static void giveBackAhead(XaBranch branch) throws JMSException {
        for (var worker : branch.workers()) {
            worker.rollingBack();
        }
    }

    private void forget(Xid xid, @Nullable XaBranch branch, boolean committed) throws XAException {
        if (branch == null) {
            return;
        }
        if (committed) {
            forgetCommitted(xid, branch);
        } else {
            forgetRolledBack(xid, branch);
        }
    }

    private void forgetCommitted(Xid xid, XaBranch branch) throws XAException {
        branches().remove(xid, branch);
        branch.workers().forEach(XaWorker::committed);
    }

    private void forgetRolledBack(Xid xid, XaBranch branch) throws XAException {
        branches().remove(xid, branch);
        branch.workers().forEach(XaWorker::rolledBack);
    }

    /** All branches of the cluster that wait for a manager, also to hear of an administrator's decision. */
    List<Xid> waiting() throws XAException {
        try {
            var waiting = new ArrayList<Xid>();
            for (var branch : JmsErrors.await(client.preparedBranches(), "looking for prepared branches")) {
                waiting.add(branch.xid());
            }
            return waiting;
        } catch (JMSException e) {
            throw XaErrors.of(e);
        }
    }

    void forgetHeuristic(Xid xid) throws XAException {
        try {
            JmsErrors.await(client.forgetBranch(xid), "forgetting " + xid);
        } catch (JMSException e) {
            throw XaErrors.of(e);
        }
    }

    /** The connection closes: what it began and is not prepared is rolled back; the rest waits at the broker for its manager. */
    void close() {
        BranchTable known;
        synchronized (this) {
            closed = true;
            known = table;
        }
        if (known == null) {
            return;
        }
        var branches = known.branches();
        branches.forEach((xid, branch) -> {
            if (branch.client() == client && branches.remove(xid, branch) && !branch.isPrepared()) {
                try {
                    JmsErrors.await(branch.transaction().rollback(), "rolling back " + xid);
                } catch (JMSException e) {
                    LOG.log(System.Logger.Level.WARNING, "A branch is left to its time-out: xid=" + xid, e);
                }
            }
        });
        known.release();
    }
}
