package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.isthmus.broker.common.Xid;

/** Says that the transaction manager knows how an administrator ended the branch. */
public record ForgetBranchRequest(String transactionalId, Xid xid) implements OwnApi.Fields {
    static ForgetBranchRequest read(DataInputStream in) throws IOException {
        return new ForgetBranchRequest(in.readUTF(), XidFields.read(in));
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeUTF(transactionalId);
        XidFields.write(xid, out);
    }
}
