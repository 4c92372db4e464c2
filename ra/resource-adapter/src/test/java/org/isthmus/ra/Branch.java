package org.isthmus.ra;

import java.nio.charset.StandardCharsets;
import javax.transaction.xa.Xid;

/** A branch as a test names it that is the transaction manager. */
record Branch(String name) implements Xid {
    @Override
    public int getFormatId() {
        return 7;
    }

    @Override
    public byte[] getGlobalTransactionId() {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] getBranchQualifier() {
        return new byte[] {1};
    }
}
