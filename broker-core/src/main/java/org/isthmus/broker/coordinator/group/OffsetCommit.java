package org.isthmus.broker.coordinator.group;

import java.util.UUID;
import org.isthmus.broker.common.TopicPartition;

/**
 * One partition of a commit.
 *
 * @param leaderEpoch epoch of the last record that was read, or −1
 * @param retentionMs for how long the committer wants it kept, or −1 for as long as the broker keeps offsets
 */
public record OffsetCommit(
        TopicPartition partition, UUID topicId, long offset, int leaderEpoch, String metadata, long retentionMs) {}
