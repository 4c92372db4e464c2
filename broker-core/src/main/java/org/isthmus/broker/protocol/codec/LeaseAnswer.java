package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Whether the holder has, or has given up, what it asked for. */
public record LeaseAnswer(short error, @Nullable String message) implements OwnApi.Fields {
    static LeaseAnswer read(DataInputStream in) throws IOException {
        return new LeaseAnswer(in.readShort(), in.readBoolean() ? in.readUTF() : null);
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeShort(error);
        OwnApi.writeText(out, message);
    }
}
