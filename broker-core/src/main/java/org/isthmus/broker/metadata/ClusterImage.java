package org.isthmus.broker.metadata;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.TopicPartition;

/**
 * The cluster at one moment. Never changes; a newer one has a higher version.
 *
 * @param nextProducerId the first producer id that was never given out
 * @param groupConfigs the groups' own settings
 */
public record ClusterImage(
        long version,
        UUID clusterId,
        BrokerId controller,
        Map<BrokerId, BrokerImage> brokers,
        Map<String, TopicImage> topics,
        Map<UUID, String> topicNames,
        long nextProducerId,
        Map<String, Map<String, String>> groupConfigs) {
    public ClusterImage {
        brokers = Map.copyOf(brokers);
        topics = Map.copyOf(topics);
        topicNames = Map.copyOf(topicNames);
        groupConfigs = Map.copyOf(groupConfigs);
    }

    /** A cluster whose groups have no settings of their own. */
    public ClusterImage(
            long version,
            UUID clusterId,
            BrokerId controller,
            Map<BrokerId, BrokerImage> brokers,
            Map<String, TopicImage> topics,
            Map<UUID, String> topicNames,
            long nextProducerId) {
        this(version, clusterId, controller, brokers, topics, topicNames, nextProducerId, Map.of());
    }

    /** A cluster that has just come into being. */
    public static ClusterImage empty(UUID clusterId, BrokerId controller) {
        return new ClusterImage(0, clusterId, controller, Map.of(), Map.of(), Map.of(), 0);
    }

    /** The next image: this one with the changes made, in order, and the version one higher. */
    public ClusterImage with(List<ClusterDelta> deltas) {
        var nextBrokers = new HashMap<>(brokers);
        var nextTopics = new HashMap<>(topics);
        var nextNames = new HashMap<>(topicNames);
        var nextConfigs = new HashMap<>(groupConfigs);
        var producerId = nextProducerId;
        for (var delta : deltas) {
            if (delta instanceof ClusterDelta.TopicCreated created) {
                nextTopics.put(created.topic().name(), created.topic());
                nextNames.put(created.topic().id(), created.topic().name());
            } else if (delta instanceof ClusterDelta.TopicChanged changed) {
                nextTopics.put(changed.topic().name(), changed.topic());
            } else if (delta instanceof ClusterDelta.TopicDeleted deleted) {
                var gone = nextTopics.remove(deleted.name());
                if (gone != null) {
                    nextNames.remove(gone.id());
                }
            } else if (delta instanceof ClusterDelta.BrokerRegistered registered) {
                nextBrokers.put(registered.broker().id(), registered.broker());
            } else if (delta instanceof ClusterDelta.ProducerIdsTaken taken) {
                producerId = Math.max(producerId, taken.nextProducerId());
            } else if (delta instanceof ClusterDelta.GroupConfigured configured) {
                if (configured.configs().isEmpty()) {
                    nextConfigs.remove(configured.group());
                } else {
                    nextConfigs.put(configured.group(), configured.configs());
                }
            }
        }
        return new ClusterImage(
                version + 1, clusterId, controller, nextBrokers, nextTopics, nextNames, producerId, nextConfigs);
    }

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
