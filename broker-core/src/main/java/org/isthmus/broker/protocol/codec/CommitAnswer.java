package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * Whether the transaction is committed, and the identity under which the producer goes on.
 *
 * @param error 0, or why not: {@code OPERATION_NOT_ATTEMPTED} where a request before it has not come about
 */
public record CommitAnswer(short error, long producerId, short producerEpoch) implements OwnApi.Fields {
    static CommitAnswer read(DataInputStream in) throws IOException {
        return new CommitAnswer(in.readShort(), in.readLong(), in.readShort());
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeShort(error);
        out.writeLong(producerId);
        out.writeShort(producerEpoch);
    }
}
