package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * Asks for a temporary destination, which lives as long as the connection on which it was asked for; or ends one.
 *
 * @param name of the one to end; empty where one is to be made
 * @param queue whether the one to be made keeps what was not consumed
 */
public record TemporaryRequest(String name, boolean queue) implements OwnApi.Fields {
    static TemporaryRequest read(DataInputStream in) throws IOException {
        return new TemporaryRequest(in.readUTF(), in.readBoolean());
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeUTF(name);
        out.writeBoolean(queue);
    }
}
