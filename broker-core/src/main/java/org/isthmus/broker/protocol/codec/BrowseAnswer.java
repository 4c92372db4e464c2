package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found in the first part of the stretch.
 *
 * @param error 0, or why there is no answer
 * @param next the first offset that was not looked at
 * @param found in order
 * @param batches whole batches that hold what was found, and more
 */
@SuppressWarnings("ArrayRecordComponent") // bytes as they go on the wire; nobody compares answers
public record BrowseAnswer(short error, @Nullable String message, long next, List<Range> found, byte[] batches)
        implements OwnApi.Fields {
    /** Both ends included. */
    public record Range(long first, long last) {}

    public BrowseAnswer {
        found = List.copyOf(found);
    }

    public static BrowseAnswer refused(short error, @Nullable String message) {
        return new BrowseAnswer(error, message, 0, List.of(), new byte[0]);
    }

    static BrowseAnswer read(DataInputStream in) throws IOException {
        var error = in.readShort();
        var message = in.readBoolean() ? in.readUTF() : null;
        var next = in.readLong();
        var count = in.readInt();
        if (count < 0 || count > in.available() / (2 * Long.BYTES)) {
            throw new IOException(count + " ranges");
        }
        var found = new ArrayList<Range>(count);
        for (var left = count; left > 0; left--) {
            found.add(new Range(in.readLong(), in.readLong()));
        }
        return new BrowseAnswer(error, message, next, found, in.readAllBytes());
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeShort(error);
        OwnApi.writeText(out, message);
        out.writeLong(next);
        out.writeInt(found.size());
        for (var range : found) {
            out.writeLong(range.first());
            out.writeLong(range.last());
        }
        out.write(batches);
    }
}
