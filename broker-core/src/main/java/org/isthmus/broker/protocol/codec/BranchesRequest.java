package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks for the branches of some of the coordinator's shards.
 *
 * @param shards partitions of the topic that transactions live on, which the asked broker leads
 */
public record BranchesRequest(List<Integer> shards) implements OwnApi.Fields {
    public BranchesRequest {
        shards = List.copyOf(shards);
    }

    static BranchesRequest read(DataInputStream in) throws IOException {
        var count = OwnApi.count(in, Integer.BYTES);
        var shards = new ArrayList<Integer>(count);
        for (var left = count; left > 0; left--) {
            shards.add(in.readInt());
        }
        return new BranchesRequest(shards);
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeInt(shards.size());
        for (var shard : shards) {
            out.writeInt(shard);
        }
    }
}
