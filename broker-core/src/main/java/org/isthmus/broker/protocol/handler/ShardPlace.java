package org.isthmus.broker.protocol.handler;

import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.ShardedCoordinator;
import org.isthmus.broker.metadata.TopicImage;

/** Which partition of an internal topic a key's shard lives on. */
final class ShardPlace {
    private ShardPlace() {}

    static TopicPartition of(TopicImage topic, String key) {
        return new TopicPartition(
                topic.name(),
                ShardedCoordinator.partitionOf(key, topic.partitions().size()));
    }
}
