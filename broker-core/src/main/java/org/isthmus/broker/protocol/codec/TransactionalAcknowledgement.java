package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What a member says of records that it holds on one partition, to hold once its producer's transaction commits.
 *
 * @param group the share group
 */
public record TransactionalAcknowledgement(
        String transactionalId,
        long producerId,
        short producerEpoch,
        String group,
        String member,
        UUID topicId,
        int partition,
        List<Said> said)
        implements OwnApi.Fields {
    private static final int SAID_BYTES = Long.BYTES + Long.BYTES + 1;

    /**
     * Of records in a row, both ends included.
     *
     * @param type as in ShareAcknowledge: 1 accepted, 3 rejected
     */
    public record Said(long first, long last, byte type) {}

    public TransactionalAcknowledgement {
        said = List.copyOf(said);
    }

    static TransactionalAcknowledgement read(DataInputStream in) throws IOException {
        return new TransactionalAcknowledgement(
                in.readUTF(),
                in.readLong(),
                in.readShort(),
                in.readUTF(),
                in.readUTF(),
                new UUID(in.readLong(), in.readLong()),
                in.readInt(),
                readSaid(in));
    }

    private static List<Said> readSaid(DataInputStream in) throws IOException {
        var count = OwnApi.count(in, SAID_BYTES);
        var said = new ArrayList<Said>(count);
        for (var left = count; left > 0; left--) {
            said.add(new Said(in.readLong(), in.readLong(), in.readByte()));
        }
        return said;
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeUTF(transactionalId);
        out.writeLong(producerId);
        out.writeShort(producerEpoch);
        out.writeUTF(group);
        out.writeUTF(member);
        out.writeLong(topicId.getMostSignificantBits());
        out.writeLong(topicId.getLeastSignificantBits());
        out.writeInt(partition);
        out.writeInt(said.size());
        for (var each : said) {
            out.writeLong(each.first());
            out.writeLong(each.last());
            out.writeByte(each.type());
        }
    }
}
