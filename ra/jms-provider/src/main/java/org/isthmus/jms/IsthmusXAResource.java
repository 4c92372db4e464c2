package org.isthmus.jms;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction manager steers one worker by. Branches that are prepared it ends for the whole cluster, whoever prepared them;
 * open ones only for its own process. Safe for use by many threads.
 */
final class IsthmusXAResource implements XAResource {
    private final XaWorker worker;
    private final XaBranches branches;
    private final AtomicReference<@Nullable Work> working = new AtomicReference<>();
    private volatile Duration timeout = SessionTransaction.LONGEST;

    /** The branch that is worked in, and by which thread. */
    private record Work(org.isthmus.broker.common.Xid xid, Thread thread) {}

    IsthmusXAResource(XaWorker worker, XaBranches branches) {
        this.worker = worker;
        this.branches = branches;
    }

    @Override
    public void start(Xid xid, int flags) throws XAException {
        var name = own(xid);
        branches.requireOpen();
        if (flags != TMNOFLAGS && flags != TMJOIN && flags != TMRESUME) {
            throw XaErrors.of(XAException.XAER_INVAL, "no flags of start: " + flags);
        }
        if (!working.compareAndSet(null, new Work(name, Thread.currentThread()))) {
            throw XaErrors.of(XAException.XAER_PROTO, "the session works in a branch already");
        }
        try {
            var branch = flags == TMNOFLAGS ? branches.begin(name, timeout) : branches.known(name);
            if (flags == TMRESUME) {
                branch.resume(worker);
            } else {
                branch.join(worker);
            }
            worker.enter(branch.transaction());
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
        var work = working.get();
        if (work != null && work.xid().equals(name)) {
            // A manager whose time is up ends by a thread of its own. What the application still does then must not
            // count by itself, so it stays in the branch and comes to nothing.
            if (flags != TMFAIL || work.thread() == Thread.currentThread()) {
                worker.leave();
            }
            working.set(null);
        }
        var branch = branches.known(name);
        if (flags == TMSUSPEND) {
            branch.suspend(worker);
        } else {
            branch.leave(worker, flags == TMFAIL);
        }
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

    /** Where it is of the same cluster: a manager that hears yes has this resource join the branch that the other began. */
    @Override
    public boolean isSameRM(XAResource other) throws XAException {
        return other instanceof IsthmusXAResource own && own.branches.isSharedWith(branches);
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
