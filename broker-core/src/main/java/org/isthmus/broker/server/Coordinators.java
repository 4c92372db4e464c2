package org.isthmus.broker.server;

import java.util.List;
import java.util.Optional;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.coordinator.ShardedCoordinator;
import org.isthmus.broker.replica.Partition;
import org.isthmus.broker.replica.PartitionListener;
import org.isthmus.broker.replica.Partitions;

/** Tells coordinators which partitions of their topics are led here. */
record Coordinators(List<ShardedCoordinator<?>> coordinators) implements PartitionListener {
    @Override
    public void elected(Partition partition) {
        var decides = partition.id().topic().equals(InternalTopics.TRANSACTION_STATE);
        var log = new PartitionShardLog(partition, decides);
        of(partition.id()).ifPresent(shards -> shards.elected(partition.id().partition(), log, partition.loop()));
    }

    @Override
    public void resigned(TopicPartition id) {
        of(id).ifPresent(shards -> shards.resigned(id.partition()));
    }

    /** Whoever waits at a shard is told that it is gone, while there still is a connection to tell by. */
    void resignAll(Partitions partitions) {
        partitions.all().forEach(partition -> resigned(partition.id()));
    }

    private Optional<ShardedCoordinator<?>> of(TopicPartition id) {
        for (var shards : coordinators) {
            if (shards.topic().equals(id.topic())) {
                return Optional.of(shards);
            }
        }
        return Optional.empty();
    }
}
