package org.isthmus.broker.coordinator.group;

import java.util.Map;
import java.util.Set;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;

/**
 * How far a group has read.
 *
 * @param error {@code UNKNOWN_MEMBER_ID} or {@code STALE_MEMBER_EPOCH} where a member of a group of consumers is not who it says it is
 * @param unstable partitions for which an open transaction has another offset
 */
public record FetchedOffsets(
        ErrorCode error, Map<TopicPartition, CommittedOffset> offsets, Set<TopicPartition> unstable) {}
