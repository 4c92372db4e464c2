package org.isthmus.jms;

import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.transaction.xa.XAResource;
import org.isthmus.broker.client.PreparedBranch;
import org.isthmus.broker.client.Transaction;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.Xid;
import org.jspecify.annotations.Nullable;

/**
 * A connection in the pool of an application server. All its sessions work in one transaction, as long as there is one: a branch that the
 * server's manager steers by {@link #xaResource}, or one that the server begins and ends here. In between they acknowledge by themselves and send
 * at once.
 */
public final class IsthmusManagedConnection extends IsthmusConnection {
    private static final System.Logger LOG = System.getLogger(IsthmusManagedConnection.class.getName());

    private final SessionTransaction work = new SessionTransaction(client(), false);
    private final Set<ManagedSession> managed = ConcurrentHashMap.newKeySet();
    private final SessionWorker worker = new SessionWorker(work, () -> managed);
    private final XaBranches branches;
    private final IsthmusXAResource resource;
    private @Nullable Transaction local; // guarded by this

    IsthmusManagedConnection(BrokerLink.Dialer dialer, Settings settings, @Nullable String clientId)
            throws JMSException {
        super(dialer, Domain.UNIFIED, settings, clientId);
        branches = new XaBranches(client(), surroundings().branches());
        resource = new IsthmusXAResource(worker, branches);
    }

    @Override
    IsthmusSession newSession(int mode, Domain of) throws JMSException {
        if (mode != Session.AUTO_ACKNOWLEDGE && mode != Session.DUPS_OK_ACKNOWLEDGE) {
            throw new JMSException("no acknowledge mode in a server: " + mode);
        }
        return open((name, threads) -> {
            var session = new ManagedSession(this, of, mode, name, threads, work);
            managed.add(session);
            return session;
        });
    }

    /** A session as the application asked for it, be that by the older interfaces. */
    public IsthmusSession createSession(int mode, Domain of) throws JMSException {
        use();
        return newSession(mode, of);
    }

    /** Takes a client identifier for as long as the server has handed the connection out. Fails where another connection has it. */
    public synchronized void takeClientId(String clientId) throws JMSException {
        if (!clientId.equals(clientId())) {
            identify(clientId);
        }
    }

    /** The identifier is anybody's again while the connection lies in the pool. */
    public void giveUpClientId() throws JMSException {
        releaseClientId();
    }

    void closed(ManagedSession session) {
        managed.remove(session);
    }

    public XAResource xaResource() {
        return resource;
    }

    /** Whether it works in a transaction, or has worked in one that is not decided yet. */
    public boolean isInTransaction() {
        return work.isOn() || branches.hasBranchOf(worker);
    }

    /** One worker's deliveries as part of the server's transactions; the intake is of this connection. */
    public TransactedDelivery transacted(Intake intake, TransactedDelivery.Followers followers) {
        return new TransactedDelivery(intake, branches, followers);
    }

    /** Begins a transaction that needs no manager. */
    public synchronized void begin() throws JMSException {
        if (work.isOn()) {
            throw new IllegalStateException("the connection works in a transaction already");
        }
        var begun = client().begin(SessionTransaction.LONGEST);
        local = begun;
        worker.enter(begun);
    }

    /** Fails with {@link jakarta.jms.TransactionRolledBackException} where it was rolled back instead. */
    public synchronized void commit() throws JMSException {
        var ending = takeLocal();
        boolean committed = false;
        try {
            SessionTransaction.commit(ending);
            committed = true;
        } finally {
            if (committed) {
                worker.committed();
            } else {
                notCommitted();
            }
        }
    }

    private void notCommitted() throws JMSException {
        try {
            worker.rollingBack(); // what comes back is before what came ahead
        } finally {
            worker.rolledBack();
        }
    }

    public synchronized void rollback() throws JMSException {
        var ending = takeLocal();
        try {
            worker.rollingBack();
            JmsErrors.await(ending.rollback(), "rolling back");
        } finally {
            worker.rolledBack();
        }
    }

    private Transaction takeLocal() throws JMSException {
        var ending = local;
        if (ending == null) {
            throw new IllegalStateException("the connection works in no transaction of its own");
        }
        local = null;
        worker.leave();
        return ending;
    }

    /**
     * For its next user, who is to find it outside of every transaction: also of one that ended while somebody still worked in it. One that was
     * begun here and that nobody ended is rolled back.
     */
    public synchronized void leaveTransaction() throws JMSException {
        if (local == null) {
            worker.leave();
        } else {
            rollback();
        }
    }

    /** For its next user, too: temporary destinations end with the connection that an application had, and not with the pool's. */
    public void deleteTemporaries() throws JMSException {
        temporaries().deleteAll();
    }

    // For administrators

    /** Every branch that the cluster keeps for a manager, prepared by whomever. */
    public List<RecoverableBranch> recoverableBranches() throws JMSException {
        return prepared().stream()
                .map(branch -> new RecoverableBranch(
                        branch.xid().toString(),
                        branch.state().name(),
                        branch.age(),
                        branch.participants().stream()
                                .map(TopicPartition::toString)
                                .sorted()
                                .toList()))
                .toList();
    }

    private List<PreparedBranch> prepared() throws JMSException {
        return JmsErrors.await(client().preparedBranches(), "looking for prepared branches");
    }

    /** Ends a branch in place of its manager, who is told of it when it comes, until it forgets the branch. */
    public void decide(String xid, boolean commit) throws JMSException {
        JmsErrors.await(client().endBranch(named(xid), commit, true), "deciding on " + xid);
    }

    /** Forgets the end that an administrator has given to a branch whose manager does not come any more. */
    public void forget(String xid) throws JMSException {
        JmsErrors.await(client().forgetBranch(named(xid)), "forgetting " + xid);
    }

    private Xid named(String xid) throws JMSException {
        for (var branch : prepared()) {
            if (branch.xid().toString().equals(xid)) {
                return branch.xid();
            }
        }
        throw new JMSException("there is no branch " + xid);
    }

    @Override
    void endTransactions() {
        try {
            leaveTransaction();
        } catch (JMSException e) {
            LOG.log(System.Logger.Level.WARNING, "A transaction is left to its time-out", e);
        }
        branches.close();
    }
}
