package org.isthmus.broker.client;

import org.isthmus.broker.common.TopicPartition;

/**
 * Where a share group stands in a partition.
 *
 * @param start the first offset that the group is not done with
 * @param left how many records it is not done with; −1 where the broker does not know
 */
public record ShareStanding(TopicPartition partition, long start, long left) {}
