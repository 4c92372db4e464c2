package org.isthmus.broker.server;

import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.ShardedCoordinator;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.replica.Partition;
import org.isthmus.broker.replica.PartitionListener;
import org.isthmus.broker.replica.Partitions;

/** Tells a coordinator which partitions of its topic are led here. */
record Coordinators(ShardedCoordinator<?> shards) implements PartitionListener {
    Coordinators(GroupCoordinator groups) {
        this(groups.shards());
    }

    @Override
    public void elected(Partition partition) {
        if (partition.id().topic().equals(shards.topic())) {
            shards.elected(partition.id().partition(), new PartitionShardLog(partition), partition.loop());
        }
    }

    @Override
    public void resigned(TopicPartition id) {
        if (id.topic().equals(shards.topic())) {
            shards.resigned(id.partition());
        }
    }

    /** Whoever waits at a shard is told that it is gone, while there still is a connection to tell by. */
    void resignAll(Partitions partitions) {
        partitions.all().forEach(partition -> resigned(partition.id()));
    }
}
