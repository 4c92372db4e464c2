package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the partition had.
 *
 * @param error 0, or why there is no answer
 * @param end the first offset that could not be read yet
 * @param waited the place behind all that waited for its time beside the partition
 * @param undecided what transactions wrote before the end that were open, in order
 */
public record TailAnswer(short error, @Nullable String message, long end, long waited, List<Range> undecided)
        implements OwnApi.Fields {
    /** Both ends included. */
    public record Range(long first, long last) {}

    public TailAnswer {
        undecided = List.copyOf(undecided);
    }

    public static TailAnswer refused(short error, @Nullable String message) {
        return new TailAnswer(error, message, 0, 0, List.of());
    }

    static TailAnswer read(DataInputStream in) throws IOException {
        var error = in.readShort();
        var message = in.readBoolean() ? in.readUTF() : null;
        var end = in.readLong();
        var waited = in.readLong();
        var undecided = new ArrayList<Range>();
        for (var left = OwnApi.count(in, 2 * Long.BYTES); left > 0; left--) {
            undecided.add(new Range(in.readLong(), in.readLong()));
        }
        return new TailAnswer(error, message, end, waited, undecided);
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeShort(error);
        OwnApi.writeText(out, message);
        out.writeLong(end);
        out.writeLong(waited);
        out.writeInt(undecided.size());
        for (var range : undecided) {
            out.writeLong(range.first());
            out.writeLong(range.last());
        }
    }
}
