package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.Xid;
import org.jspecify.annotations.Nullable;

/**
 * The branches that are prepared or were.
 *
 * @param error 0, or why there is no answer
 */
public record BranchesAnswer(short error, @Nullable String message, List<Branch> branches) implements OwnApi.Fields {
    public static final byte PREPARED = 0;
    public static final byte COMMITTED = 1;
    public static final byte ROLLED_BACK = 2;
    public static final byte HEURISTICALLY_COMMITTED = 3;
    public static final byte HEURISTICALLY_ROLLED_BACK = 4;

    private static final int LEAST_BRANCH_BYTES = 2 + Long.BYTES + Short.BYTES + Integer.BYTES + 2 + 1 + Long.BYTES;

    /**
     * One branch.
     *
     * @param state one of the constants of this class
     * @param ageMs for how long it is in that state
     * @param participants the partitions that take part, as the coordinator names them
     */
    public record Branch(
            String transactionalId,
            long producerId,
            short producerEpoch,
            Xid xid,
            byte state,
            long ageMs,
            List<TopicPartition> participants) {
        public Branch {
            participants = List.copyOf(participants);
        }
    }

    public BranchesAnswer {
        branches = List.copyOf(branches);
    }

    public static BranchesAnswer refused(short error, @Nullable String message) {
        return new BranchesAnswer(error, message, List.of());
    }

    static BranchesAnswer read(DataInputStream in) throws IOException {
        var error = in.readShort();
        var message = in.readBoolean() ? in.readUTF() : null;
        var count = OwnApi.count(in, LEAST_BRANCH_BYTES);
        var branches = new ArrayList<Branch>(count);
        for (var left = count; left > 0; left--) {
            branches.add(new Branch(
                    in.readUTF(),
                    in.readLong(),
                    in.readShort(),
                    XidFields.read(in),
                    in.readByte(),
                    in.readLong(),
                    ParticipantFields.read(in)));
        }
        return new BranchesAnswer(error, message, branches);
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeShort(error);
        OwnApi.writeText(out, message);
        out.writeInt(branches.size());
        for (var branch : branches) {
            out.writeUTF(branch.transactionalId());
            out.writeLong(branch.producerId());
            out.writeShort(branch.producerEpoch());
            XidFields.write(branch.xid(), out);
            out.writeByte(branch.state());
            out.writeLong(branch.ageMs());
            ParticipantFields.write(branch.participants(), out);
        }
    }
}
