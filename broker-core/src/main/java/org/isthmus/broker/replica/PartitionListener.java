package org.isthmus.broker.replica;

import org.isthmus.broker.common.TopicPartition;

/** Hears which partitions this broker leads. Called on the thread that follows the cluster's metadata; must not block. */
public interface PartitionListener {
    void elected(Partition partition);

    void resigned(TopicPartition id);
}
