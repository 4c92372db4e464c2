package org.isthmus.broker.common;

import java.util.Comparator;

/** A partition by its topic's name and its index, which starts at 0. */
public record TopicPartition(String topic, int partition) {
    /** By topic, then by index: an order that is the same in every process. */
    public static final Comparator<TopicPartition> BY_NAME =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    public TopicPartition {
        if (partition < 0) {
            throw new IllegalArgumentException("partition is negative: " + partition);
        }
    }

    @Override
    public String toString() {
        return topic + "-" + partition;
    }
}
