package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.isthmus.broker.common.Xid;

/** An Xid, as it travels. */
final class XidFields {
    private XidFields() {}

    static Xid read(DataInputStream in) throws IOException {
        return new Xid(in.readInt(), readBytes(in), readBytes(in));
    }

    static void write(Xid xid, DataOutputStream out) throws IOException {
        out.writeInt(xid.formatId());
        out.writeByte(xid.globalTransactionId().length);
        out.write(xid.globalTransactionId());
        out.writeByte(xid.branchQualifier().length);
        out.write(xid.branchQualifier());
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        var length = in.readUnsignedByte();
        if (length > Xid.LONGEST) {
            throw new IOException("part of an Xid of " + length + " bytes");
        }
        var bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }
}
