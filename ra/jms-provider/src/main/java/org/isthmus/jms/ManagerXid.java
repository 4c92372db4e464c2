package org.isthmus.jms;

import org.isthmus.broker.common.Xid;

/** The broker's name of a branch in the type of transaction managers, and the other way round. */
record ManagerXid(Xid xid) implements javax.transaction.xa.Xid {
    static Xid own(javax.transaction.xa.Xid xid) {
        return new Xid(
                xid.getFormatId(),
                xid.getGlobalTransactionId().clone(),
                xid.getBranchQualifier().clone());
    }

    @Override
    public int getFormatId() {
        return xid.formatId();
    }

    @Override
    public byte[] getGlobalTransactionId() {
        return xid.globalTransactionId().clone();
    }

    @Override
    public byte[] getBranchQualifier() {
        return xid.branchQualifier().clone();
    }

    @Override
    public String toString() {
        return xid.toString();
    }
}
