package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Asks what a share group has left of a stretch of a partition.
 *
 * @param from the first offset asked about
 * @param to behind the last one
 * @param selector which of it is wanted, as a conditional expression of Jakarta Messaging §3.8.1
 */
public record BrowseRequest(
        String group,
        UUID topicId,
        int partition,
        long from,
        long to,
        @Nullable String selector) implements OwnApi.Fields {
    static BrowseRequest read(DataInputStream in) throws IOException {
        return new BrowseRequest(
                in.readUTF(),
                new UUID(in.readLong(), in.readLong()),
                in.readInt(),
                in.readLong(),
                in.readLong(),
                in.readBoolean() ? in.readUTF() : null);
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeUTF(group);
        out.writeLong(topicId.getMostSignificantBits());
        out.writeLong(topicId.getLeastSignificantBits());
        out.writeInt(partition);
        out.writeLong(from);
        out.writeLong(to);
        OwnApi.writeText(out, selector);
    }
}
