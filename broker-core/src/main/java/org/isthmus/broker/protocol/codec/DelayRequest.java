package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.UUID;

/**
 * A record that is to be in its partition at a later time.
 *
 * @param atMs that time, in milliseconds since 1970
 * @param untilCommitted whether the answer waits until the record is safe
 * @param batch the record alone
 */
@SuppressWarnings("ArrayRecordComponent") // bytes as they go on the wire; nobody compares requests
public record DelayRequest(UUID topicId, int partition, long atMs, boolean untilCommitted, byte[] batch)
        implements OwnApi.Fields {
    static DelayRequest read(DataInputStream in) throws IOException {
        return new DelayRequest(
                new UUID(in.readLong(), in.readLong()),
                in.readInt(),
                in.readLong(),
                in.readBoolean(),
                in.readAllBytes());
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeLong(topicId.getMostSignificantBits());
        out.writeLong(topicId.getLeastSignificantBits());
        out.writeInt(partition);
        out.writeLong(atMs);
        out.writeBoolean(untilCommitted);
        out.write(batch);
    }
}
