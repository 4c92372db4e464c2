package org.isthmus.arquillian;

import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.isthmus.arquillian.Death.Phase;

/** Takes part in a transaction without doing anything, and kills the server in the phase that it was told. */
final class DyingResource implements XAResource {
    private final Phase deadly;

    DyingResource(Phase deadly) {
        this.deadly = deadly;
    }

    private void die(Phase phase) {
        if (phase == deadly) {
            Runtime.getRuntime().halt(137);
        }
    }

    @Override
    public int prepare(Xid xid) {
        die(Phase.PREPARE);
        return XA_OK;
    }

    @Override
    public void commit(Xid xid, boolean onePhase) {
        die(Phase.COMMIT);
    }

    @Override
    public void start(Xid xid, int flags) {}

    @Override
    public void end(Xid xid, int flags) {}

    @Override
    public void rollback(Xid xid) {}

    @Override
    public void forget(Xid xid) {}

    @Override
    public Xid[] recover(int flag) {
        return new Xid[0];
    }

    @Override
    public boolean isSameRM(XAResource other) {
        return other == this;
    }

    @Override
    public int getTransactionTimeout() {
        return 0;
    }

    @Override
    public boolean setTransactionTimeout(int seconds) {
        return false;
    }
}
