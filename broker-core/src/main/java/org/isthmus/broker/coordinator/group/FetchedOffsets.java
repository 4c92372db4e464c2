package org.isthmus.broker.coordinator.group;

import java.util.Map;
import java.util.Set;
import org.isthmus.broker.common.TopicPartition;

/**
 * How far a group has read.
 *
 * @param unstable partitions for which an open transaction has another offset
 */
public record FetchedOffsets(Map<TopicPartition, CommittedOffset> offsets, Set<TopicPartition> unstable) {}
