package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An answer that says no more than whether it was done.
 *
 * @param error 0, or why not
 */
public record Outcome(short error, @Nullable String message) implements OwnApi.Fields {
    public static final Outcome DONE = new Outcome((short) 0, null);

    static Outcome read(DataInputStream in) throws IOException {
        return new Outcome(in.readShort(), in.readBoolean() ? in.readUTF() : null);
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeShort(error);
        OwnApi.writeText(out, message);
    }
}
