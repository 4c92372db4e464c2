package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Set;
import org.isthmus.broker.common.TopicPartition;

/**
 * Asks the coordinator to commit the producer's open transaction once, and only if, the requests before this one on its connection have come about.
 *
 * @param participants who took part, as in {@link TransactionExtensions}
 * @param behind how many requests those are
 */
public record CommitRequest(
        String transactionalId, long producerId, short producerEpoch, Set<TopicPartition> participants, int behind)
        implements OwnApi.Fields {
    public CommitRequest {
        participants = Set.copyOf(participants);
    }

    static CommitRequest read(DataInputStream in) throws IOException {
        return new CommitRequest(
                in.readUTF(), in.readLong(), in.readShort(), Set.copyOf(ParticipantFields.read(in)), in.readInt());
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeUTF(transactionalId);
        out.writeLong(producerId);
        out.writeShort(producerEpoch);
        ParticipantFields.write(participants, out);
        out.writeInt(behind);
    }
}
