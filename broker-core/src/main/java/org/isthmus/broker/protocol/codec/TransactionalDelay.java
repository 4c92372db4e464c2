package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Records that are to be in their partition at a later time, if their producer's transaction commits.
 *
 * @param first how many of the transaction were sent to the partition for later before these
 */
public record TransactionalDelay(
        String transactionalId,
        long producerId,
        short producerEpoch,
        UUID topicId,
        int partition,
        int first,
        List<Later> records)
        implements OwnApi.Fields {
    private static final int LATER_BYTES = Long.BYTES + Integer.BYTES;

    /**
     * One of them.
     *
     * @param atMs its time, in milliseconds since 1970
     * @param batch the record alone
     */
    @SuppressWarnings("ArrayRecordComponent") // bytes as they go on the wire; nobody compares requests
    public record Later(long atMs, byte[] batch) {}

    public TransactionalDelay {
        records = List.copyOf(records);
    }

    static TransactionalDelay read(DataInputStream in) throws IOException {
        return new TransactionalDelay(
                in.readUTF(),
                in.readLong(),
                in.readShort(),
                new UUID(in.readLong(), in.readLong()),
                in.readInt(),
                in.readInt(),
                readRecords(in));
    }

    private static List<Later> readRecords(DataInputStream in) throws IOException {
        var count = OwnApi.count(in, LATER_BYTES);
        var records = new ArrayList<Later>(count);
        for (var left = count; left > 0; left--) {
            var atMs = in.readLong();
            var batch = new byte[OwnApi.count(in, 1)];
            in.readFully(batch);
            records.add(new Later(atMs, batch));
        }
        return records;
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeUTF(transactionalId);
        out.writeLong(producerId);
        out.writeShort(producerEpoch);
        out.writeLong(topicId.getMostSignificantBits());
        out.writeLong(topicId.getLeastSignificantBits());
        out.writeInt(partition);
        out.writeInt(first);
        out.writeInt(records.size());
        for (var each : records) {
            out.writeLong(each.atMs());
            out.writeInt(each.batch().length);
            out.write(each.batch());
        }
    }
}
