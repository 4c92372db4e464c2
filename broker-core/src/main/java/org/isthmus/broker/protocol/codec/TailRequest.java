package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.UUID;

/** Asks what a partition has that was sent before now. */
public record TailRequest(UUID topicId, int partition) implements OwnApi.Fields {
    static TailRequest read(DataInputStream in) throws IOException {
        return new TailRequest(new UUID(in.readLong(), in.readLong()), in.readInt());
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeLong(topicId.getMostSignificantBits());
        out.writeLong(topicId.getLeastSignificantBits());
        out.writeInt(partition);
    }
}
