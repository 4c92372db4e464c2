package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.isthmus.broker.common.Xid;

/**
 * Ends a prepared branch.
 *
 * @param heuristic whether an administrator decides in place of the transaction manager
 */
public record EndBranchRequest(String transactionalId, Xid xid, boolean commit, boolean heuristic)
        implements OwnApi.Fields {
    static EndBranchRequest read(DataInputStream in) throws IOException {
        return new EndBranchRequest(in.readUTF(), XidFields.read(in), in.readBoolean(), in.readBoolean());
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeUTF(transactionalId);
        XidFields.write(xid, out);
        out.writeBoolean(commit);
        out.writeBoolean(heuristic);
    }
}
