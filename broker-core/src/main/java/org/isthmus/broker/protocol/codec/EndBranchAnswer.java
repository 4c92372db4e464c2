package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What became of a branch that was to be ended.
 *
 * @param error 0, or why it was not
 * @param producerId of the identity under which its producer goes on; −1 where there is none to go on with
 * @param state how it ended, as {@link BranchesAnswer} says it
 */
public record EndBranchAnswer(short error, @Nullable String message, long producerId, short producerEpoch, byte state)
        implements OwnApi.Fields {
    static EndBranchAnswer read(DataInputStream in) throws IOException {
        return new EndBranchAnswer(
                in.readShort(), in.readBoolean() ? in.readUTF() : null, in.readLong(), in.readShort(), in.readByte());
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeShort(error);
        OwnApi.writeText(out, message);
        out.writeLong(producerId);
        out.writeShort(producerEpoch);
        out.writeByte(state);
    }
}
