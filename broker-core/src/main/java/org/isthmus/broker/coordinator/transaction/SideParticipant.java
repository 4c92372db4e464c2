package org.isthmus.broker.coordinator.transaction;

import org.isthmus.broker.common.TopicPartition;

/**
 * How what lives beside a partition's log is named among a transaction's participants: apart from the log itself, so that an outcome reaches
 * each or all of them. No topic can have such a name, which has a character that topics cannot have.
 */
public enum SideParticipant {
    /** The share groups of the partition. */
    SHARES("/share"),
    /** The records that wait for their time. */
    DELAYS("/delay");

    private final String suffix;

    SideParticipant(String suffix) {
        this.suffix = suffix;
    }

    public TopicPartition of(TopicPartition partition) {
        return new TopicPartition(partition.topic() + suffix, partition.partition());
    }

    public boolean is(TopicPartition participant) {
        return participant.topic().endsWith(suffix);
    }

    /** The partition at which the participant lives: itself, where it is a partition's log. */
    public static TopicPartition home(TopicPartition participant) {
        for (var side : values()) {
            if (side.is(participant)) {
                var topic = participant.topic();
                return new TopicPartition(
                        topic.substring(0, topic.length() - side.suffix.length()), participant.partition());
            }
        }
        return participant;
    }
}
