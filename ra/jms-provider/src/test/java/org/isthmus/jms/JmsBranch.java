package org.isthmus.jms;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.transaction.xa.Xid;

/** A branch as its transaction manager has it in its log: what was moved in it, and whether it is to be committed. */
final class JmsBranch implements Xid {
    private final String name;
    private final List<String> texts = new ArrayList<>();
    private boolean toCommit;

    JmsBranch(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    List<String> texts() {
        return texts;
    }

    /** From now on whoever ends it commits it; before, it is rolled back. */
    void decideToCommit() {
        toCommit = true;
    }

    boolean isToCommit() {
        return toCommit;
    }

    static String nameOf(Xid xid) {
        return new String(xid.getGlobalTransactionId(), StandardCharsets.US_ASCII);
    }

    @Override
    public int getFormatId() {
        return 1;
    }

    @Override
    public byte[] getGlobalTransactionId() {
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public byte[] getBranchQualifier() {
        return new byte[] {1};
    }
}
