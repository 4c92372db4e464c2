package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The temporary destination that was made or ended.
 *
 * @param error 0, or why not
 */
public record TemporaryAnswer(short error, @Nullable String message, String name) implements OwnApi.Fields {
    static TemporaryAnswer read(DataInputStream in) throws IOException {
        return new TemporaryAnswer(in.readShort(), in.readBoolean() ? in.readUTF() : null, in.readUTF());
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeShort(error);
        OwnApi.writeText(out, message);
        out.writeUTF(name);
    }
}
