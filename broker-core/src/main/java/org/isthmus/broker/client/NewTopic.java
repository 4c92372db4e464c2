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
    /** What messages may have, where Kafka's default is made for records of a megabyte at most. */
    private static final String MESSAGE_BYTES = Integer.toString(64 << 20);

    public NewTopic(String name, int partitions, Map<String, String> configs) {
        this(name, partitions, -1, configs);
    }

    /** A topic of Jakarta Messaging. */
    public static NewTopic forMessages(String name) {
        return new NewTopic(name, -1, Map.of("max.message.bytes", MESSAGE_BYTES));
    }

    /** A queue: of one partition, so that it is in order as a whole, which keeps a message until somebody has consumed it, and no longer. */
    public static NewTopic queue(String name) {
        return new NewTopic(name, 1, Map.of("isthmus.queue", "true", "max.message.bytes", MESSAGE_BYTES));
    }
}
