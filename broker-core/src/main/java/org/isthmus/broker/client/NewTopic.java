package org.isthmus.broker.client;

import java.util.Map;

/**
 * A topic to create.
 *
 * @param partitions how many, or −1 for the broker's default
 * @param replicas of each partition, or −1 for the broker's default
 * @param configs topic settings by their Kafka names; what is not named takes the broker's default
 */
public record NewTopic(String name, int partitions, int replicas, Map<String, String> configs) {
    public NewTopic(String name, int partitions, Map<String, String> configs) {
        this(name, partitions, -1, configs);
    }

    public NewTopic(String name) {
        this(name, -1, Map.of());
    }
}
