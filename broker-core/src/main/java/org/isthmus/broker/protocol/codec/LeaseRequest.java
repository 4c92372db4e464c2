package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * Takes, keeps or gives up a name at the broker that coordinates it.
 *
 * @param holder who takes it; a name that this holder has is kept, and moves to the connection of this request
 * @param terms under which it is held
 * @param shared whether others may hold it too, who share it under equal terms
 * @param ends whether the holder gives it up
 */
public record LeaseRequest(String name, String holder, String terms, boolean shared, boolean ends)
        implements OwnApi.Fields {
    static LeaseRequest read(DataInputStream in) throws IOException {
        return new LeaseRequest(in.readUTF(), in.readUTF(), in.readUTF(), in.readBoolean(), in.readBoolean());
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeUTF(name);
        out.writeUTF(holder);
        out.writeUTF(terms);
        out.writeBoolean(shared);
        out.writeBoolean(ends);
    }
}
