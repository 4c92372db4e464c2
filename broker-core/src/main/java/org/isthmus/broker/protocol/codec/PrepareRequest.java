package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.isthmus.broker.common.Xid;

/** Asks the coordinator to keep the producer's open transaction, as this branch, until its manager decides. */
public record PrepareRequest(String transactionalId, long producerId, short producerEpoch, Xid xid)
        implements OwnApi.Fields {
    static PrepareRequest read(DataInputStream in) throws IOException {
        return new PrepareRequest(in.readUTF(), in.readLong(), in.readShort(), XidFields.read(in));
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeUTF(transactionalId);
        out.writeLong(producerId);
        out.writeShort(producerEpoch);
        XidFields.write(xid, out);
    }
}
