package org.isthmus.broker.common;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * The name that a transaction manager gives to its branch here (X/Open XA §4.2): a format, a global transaction and a branch of it. Arrays are
 * neither copied in nor out; nobody changes them.
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content below
public record Xid(int formatId, byte[] globalTransactionId, byte[] branchQualifier) {
    /** Bytes that each part may have. */
    public static final int LONGEST = 64;

    public Xid {
        if (globalTransactionId.length > LONGEST || branchQualifier.length > LONGEST) {
            throw new IllegalArgumentException("an Xid of " + globalTransactionId.length + " and "
                    + branchQualifier.length + " bytes; each may have " + LONGEST);
        }
    }

    /** Reads what {@link #toString} writes; fails with {@link IllegalArgumentException} for anything else. */
    public static Xid parse(String text) {
        var parts = text.split(":", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("'" + text + "' is not of the form FORMAT:GLOBAL:BRANCH");
        }
        var hex = HexFormat.of();
        return new Xid(Integer.parseInt(parts[0]), hex.parseHex(parts[1]), hex.parseHex(parts[2]));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Xid xid
                && formatId == xid.formatId
                && Arrays.equals(globalTransactionId, xid.globalTransactionId)
                && Arrays.equals(branchQualifier, xid.branchQualifier);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * formatId + Arrays.hashCode(globalTransactionId)) + Arrays.hashCode(branchQualifier);
    }

    /** As administrators write it: the format, then both parts in hexadecimal digits. */
    @Override
    public String toString() {
        var hex = HexFormat.of();
        return formatId + ":" + hex.formatHex(globalTransactionId) + ":" + hex.formatHex(branchQualifier);
    }
}
