package org.isthmus.jms;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction manager steers one XA session by. Branches that are prepared it ends for the whole cluster, whoever prepared them;
 * open ones only for its own connection. Safe for use by many threads.
 */
final class IsthmusXAResource implements XAResource {
    private final IsthmusXASession session;
    private final XaBranches branches;
    private final AtomicReference<org.isthmus.broker.common.@Nullable Xid> working = new AtomicReference<>();
    private volatile Duration timeout = SessionTransaction.LONGEST;

    IsthmusXAResource(IsthmusXASession session, XaBranches branches) {
        this.session = session;
        this.branches = branches;
    }

    @Override
    public void start(Xid xid, int flags) throws XAException {
        var name = own(xid);
        if (flags != TMNOFLAGS && flags != TMJOIN && flags != TMRESUME) {
            throw XaErrors.of(XAException.XAER_INVAL, "no flags of start: " + flags);
        }
        if (!working.compareAndSet(null, name)) {
            throw XaErrors.of(XAException.XAER_PROTO, "the session works in a branch already");
        }
        try {
            var branch = flags == TMNOFLAGS ? branches.begin(name, timeout) : branches.known(name);
            if (flags == TMRESUME) {
                branch.resume(session);
            } else {
                branch.join(session);
            }
            session.transaction().enter(branch.transaction());
        } catch (XAException e) {
            working.set(null);
            throw e;
        }
    }

    @Override
    public void end(Xid xid, int flags) throws XAException {
        var name = own(xid);
        if (flags != TMSUCCESS && flags != TMFAIL && flags != TMSUSPEND) {
            throw XaErrors.of(XAException.XAER_INVAL, "no flags of end: " + flags);
        }
        var branch = branches.known(name);
        if (name.equals(working.get())) {
            detach();
        }
        if (flags == TMSUSPEND) {
            branch.suspend(session);
        } else {
            branch.leave(session, flags == TMFAIL);
        }
    }

    private void detach() {
        session.outflow().asyncSends().awaitNone(null);
        session.transaction().leave();
        working.set(null);
    }

    @Override
    public int prepare(Xid xid) throws XAException {
        return branches.prepare(own(xid));
    }

    @Override
    public void commit(Xid xid, boolean onePhase) throws XAException {
        if (onePhase) {
            branches.commitInOnePhase(own(xid));
        } else {
            branches.commitPrepared(own(xid));
        }
    }

    @Override
    public void rollback(Xid xid) throws XAException {
        branches.rollback(own(xid));
    }

    /** The start of a scan answers everything, so that its rest is empty. */
    @Override
    public Xid[] recover(int flags) throws XAException {
        if ((flags & ~(TMSTARTRSCAN | TMENDRSCAN)) != 0) {
            throw XaErrors.of(XAException.XAER_INVAL, "no flags of recover: " + flags);
        }
        if ((flags & TMSTARTRSCAN) == 0) {
            return new Xid[0];
        }
        return branches.waiting().stream().map(ManagerXid::new).toArray(Xid[]::new);
    }

    @Override
    public void forget(Xid xid) throws XAException {
        branches.forgetHeuristic(own(xid));
    }

    /**
     * Only within a connection: a manager that hears yes lets this resource join the other's branch, and a branch acknowledges what streams of
     * its own client have brought. Two connections have a branch each, which costs a phase and is as safe.
     */
    @Override
    public boolean isSameRM(XAResource other) {
        return other instanceof IsthmusXAResource own && own.branches == branches;
    }

    @Override
    public int getTransactionTimeout() {
        return (int) timeout.toSeconds();
    }

    /** For branches that start later; 0 is as long as brokers allow, and more is refused. */
    @Override
    public boolean setTransactionTimeout(int seconds) throws XAException {
        if (seconds < 0) {
            throw XaErrors.of(XAException.XAER_INVAL, "no time-out: " + seconds);
        }
        var wanted = seconds == 0 ? SessionTransaction.LONGEST : Duration.ofSeconds(seconds);
        if (wanted.compareTo(SessionTransaction.LONGEST) > 0) {
            return false;
        }
        timeout = wanted;
        return true;
    }

    private static org.isthmus.broker.common.Xid own(@Nullable Xid xid) throws XAException {
        if (xid == null) {
            throw XaErrors.of(XAException.XAER_INVAL, "no Xid");
        }
        return ManagerXid.own(xid);
    }
}
