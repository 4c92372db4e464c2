package org.isthmus.broker.coordinator.transaction;

import org.isthmus.broker.common.TopicPartition;

/** Brings outcomes to partitions, wherever they are led. Safe for use by many threads. */
public interface MarkerWriter {
    /**
     * Writes a marker; tells {@code NONE} once that is so. Writing it again does no harm. {@code UNKNOWN_TOPIC_OR_PARTITION} where the topic is
     * gone, {@code INVALID_PRODUCER_EPOCH} or {@code TRANSACTION_COORDINATOR_FENCED} where a later decision was there before; anything else, and
     * a stage that fails, may be tried again.
     */
    Arrival write(TopicPartition partition, Marker marker);
}
