package org.isthmus.broker.coordinator.transaction;

import java.util.Optional;
import org.isthmus.broker.common.TopicPartition;

/**
 * How the share groups of a partition are named among a transaction's participants: apart from the partition's own log, so that an outcome
 * reaches the one, the other, or both. No topic can have the name, which has a character that topics cannot have.
 */
public final class ShareParticipant {
    private static final String SUFFIX = "/share";

    private ShareParticipant() {}

    public static TopicPartition of(TopicPartition partition) {
        return new TopicPartition(partition.topic() + SUFFIX, partition.partition());
    }

    /** The partition whose share groups take part; empty where the participant is a partition's log. */
    public static Optional<TopicPartition> partitionOf(TopicPartition participant) {
        var topic = participant.topic();
        return topic.endsWith(SUFFIX)
                ? Optional.of(new TopicPartition(
                        topic.substring(0, topic.length() - SUFFIX.length()), participant.partition()))
                : Optional.empty();
    }
}
