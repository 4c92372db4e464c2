package org.isthmus.broker.metadata;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.TopicPartition;

/**
 * The cluster at one moment. Never changes; a newer one has a higher version.
 *
 * @param nextProducerId the first producer id that was never given out
 */
public record ClusterImage(
        long version,
        UUID clusterId,
        BrokerId controller,
        Map<BrokerId, BrokerImage> brokers,
        Map<String, TopicImage> topics,
        Map<UUID, String> topicNames,
        long nextProducerId) {

    public Optional<TopicImage> topic(String name) {
        return Optional.ofNullable(topics.get(name));
    }

    public Optional<TopicImage> topic(UUID id) {
        return Optional.ofNullable(topicNames.get(id)).flatMap(this::topic);
    }

    public Optional<PartitionImage> partition(TopicPartition partition) {
        return topic(partition.topic())
                .filter(topic -> partition.partition() < topic.partitions().size())
                .map(topic -> topic.partitions().get(partition.partition()));
    }
}
