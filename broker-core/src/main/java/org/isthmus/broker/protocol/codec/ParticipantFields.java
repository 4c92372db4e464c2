package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.isthmus.broker.common.TopicPartition;

/** Who takes part in a transaction, as it travels. */
final class ParticipantFields {
    private ParticipantFields() {}

    static List<TopicPartition> read(DataInputStream in) throws IOException {
        var count = OwnApi.count(in, 2 + Integer.BYTES);
        var participants = new ArrayList<TopicPartition>(count);
        for (var left = count; left > 0; left--) {
            participants.add(new TopicPartition(in.readUTF(), in.readInt()));
        }
        return participants;
    }

    static void write(Collection<TopicPartition> participants, DataOutputStream out) throws IOException {
        out.writeInt(participants.size());
        for (var participant : participants) {
            out.writeUTF(participant.topic());
            out.writeInt(participant.partition());
        }
    }
}
