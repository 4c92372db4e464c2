package org.isthmus.broker.metadata;

import java.util.List;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;

/** Who holds a partition, who of them is in sync, and who leads it since which epoch. */
public record PartitionImage(BrokerId leader, Epoch leaderEpoch, List<BrokerId> replicas, List<BrokerId> isr) {
    public PartitionImage {
        replicas = List.copyOf(replicas);
        isr = List.copyOf(isr);
    }
}
