package org.isthmus.broker.metadata;

import java.util.List;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;

/**
 * Who holds a partition, who of them is in sync, and who leads it since which epoch.
 *
 * @param leader {@link BrokerId#NONE} where nobody in sync is alive
 * @param replicas all of them, the preferred leader first; while they are reassigned also those that come and those that go
 * @param isr never empty; where nobody leads, whoever may lead again
 * @param partitionEpoch raised by one by every change of this partition, so that a change of what was changed meanwhile is recognised
 * @param adding those of the replicas that are to be in sync before a reassignment ends
 * @param removing those of the replicas that leave when it ends
 */
public record PartitionImage(
        BrokerId leader,
        Epoch leaderEpoch,
        List<BrokerId> replicas,
        List<BrokerId> isr,
        int partitionEpoch,
        List<BrokerId> adding,
        List<BrokerId> removing) {
    public PartitionImage {
        replicas = List.copyOf(replicas);
        isr = List.copyOf(isr);
        adding = List.copyOf(adding);
        removing = List.copyOf(removing);
    }

    /** A partition as it is when it comes into being. */
    public PartitionImage(BrokerId leader, Epoch leaderEpoch, List<BrokerId> replicas, List<BrokerId> isr) {
        this(leader, leaderEpoch, replicas, isr, 0, List.of(), List.of());
    }

    public boolean hasLeader() {
        return !leader.isNone();
    }

    /** Led by another, or by nobody, from the next epoch on. */
    public PartitionImage led(BrokerId nextLeader) {
        return new PartitionImage(nextLeader, leaderEpoch.next(), replicas, isr, partitionEpoch, adding, removing);
    }

    /** With others in sync, under the same leader and epoch. */
    public PartitionImage inSync(List<BrokerId> nextIsr) {
        return new PartitionImage(leader, leaderEpoch, replicas, nextIsr, partitionEpoch, adding, removing);
    }

    PartitionImage at(int epoch) {
        return new PartitionImage(leader, leaderEpoch, replicas, isr, epoch, adding, removing);
    }
}
