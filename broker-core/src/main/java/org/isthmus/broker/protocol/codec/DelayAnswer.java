package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Whether the record waits.
 *
 * @param error 0, or why not
 */
public record DelayAnswer(short error, @Nullable String message) implements OwnApi.Fields {
    static DelayAnswer read(DataInputStream in) throws IOException {
        return new DelayAnswer(in.readShort(), in.readBoolean() ? in.readUTF() : null);
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeShort(error);
        OwnApi.writeText(out, message);
    }
}
