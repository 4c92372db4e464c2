package org.isthmus.broker.common;

/** A partition by its topic's name and its index, which starts at 0. */
public record TopicPartition(String topic, int partition) {
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
