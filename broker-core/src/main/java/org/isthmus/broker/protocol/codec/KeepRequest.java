package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** Tells the coordinator that the producer is still at work in its open transaction. */
public record KeepRequest(String transactionalId, long producerId, short producerEpoch) implements OwnApi.Fields {
    static KeepRequest read(DataInputStream in) throws IOException {
        return new KeepRequest(in.readUTF(), in.readLong(), in.readShort());
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeUTF(transactionalId);
        out.writeLong(producerId);
        out.writeShort(producerEpoch);
    }
}
