package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Set;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.Xid;

/**
 * Asks the coordinator to keep the producer's open transaction, as this branch, until its manager decides.
 *
 * @param participants who took part, as in {@link TransactionExtensions}
 */
public record PrepareRequest(
        String transactionalId, long producerId, short producerEpoch, Xid xid, Set<TopicPartition> participants)
        implements OwnApi.Fields {
    public PrepareRequest {
        participants = Set.copyOf(participants);
    }

    static PrepareRequest read(DataInputStream in) throws IOException {
        return new PrepareRequest(
                in.readUTF(),
                in.readLong(),
                in.readShort(),
                XidFields.read(in),
                Set.copyOf(ParticipantFields.read(in)));
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeUTF(transactionalId);
        out.writeLong(producerId);
        out.writeShort(producerEpoch);
        XidFields.write(xid, out);
        ParticipantFields.write(participants, out);
    }
}
