package org.isthmus.broker.metadata;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.TopicPartition;

/**
 * The cluster at one moment. Never changes; a newer one has a higher version.
 *
 * @param controllerEpoch the reign of the controller, raised by each election of one
 * @param nextProducerId the first producer id that was never given out
 * @param groupConfigs the groups' own settings
 * @param brokerConfigs what was set for brokers while they ran, by their ids, and under {@link BrokerConfigs#ALL} for all
 */
public record ClusterImage(
        long version,
        UUID clusterId,
        BrokerId controller,
        int controllerEpoch,
        Map<BrokerId, BrokerImage> brokers,
        Map<String, TopicImage> topics,
        Map<UUID, String> topicNames,
        long nextProducerId,
        Map<String, Map<String, String>> groupConfigs,
        Map<String, Map<String, String>> brokerConfigs) {
    public ClusterImage {
        brokers = unchanging(brokers);
        topics = unchanging(topics);
        topicNames = unchanging(topicNames);
        groupConfigs = unchanging(groupConfigs);
        brokerConfigs = unchanging(brokerConfigs);
    }

    /** In an order that is the same in every process, unlike that of {@link Map#copyOf}: a simulation follows from its seed alone. */
    private static <K, V> Map<K, V> unchanging(Map<K, V> map) {
        return Collections.unmodifiableMap(new HashMap<>(map));
    }

    /** A cluster whose groups have no settings of their own, and whose brokers those that they were started with. */
    public ClusterImage(
            long version,
            UUID clusterId,
            BrokerId controller,
            Map<BrokerId, BrokerImage> brokers,
            Map<String, TopicImage> topics,
            Map<UUID, String> topicNames,
            long nextProducerId) {
        this(version, clusterId, controller, 0, brokers, topics, topicNames, nextProducerId, Map.of(), Map.of());
    }

    /** A cluster that has just come into being. */
    public static ClusterImage empty(UUID clusterId, BrokerId controller) {
        return new ClusterImage(0, clusterId, controller, Map.of(), Map.of(), Map.of(), 0);
    }

    /**
     * The next image: this one with the changes made, in order, and the version one higher.
     *
     * @throws BrokerException where a change is of what is not there, or under a reign that is over
     */
    public ClusterImage with(List<ClusterDelta> deltas) {
        var next = new ClusterChange(this);
        deltas.forEach(next::apply);
        return next.image(version + 1);
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

    /** The replicas of a partition whose brokers are not alive. */
    public List<BrokerId> offline(PartitionImage partition) {
        return partition.replicas().stream()
                .filter(replica -> !brokers.containsKey(replica))
                .toList();
    }
}
