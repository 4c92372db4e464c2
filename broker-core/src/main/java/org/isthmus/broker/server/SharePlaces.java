package org.isthmus.broker.server;

import java.util.concurrent.Executor;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.share.ShareCoordinator;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.replica.Partition;
import org.isthmus.broker.replica.PartitionListener;
import org.isthmus.broker.replica.Partitions;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.IdSource;

/** Joins share groups to the partitions that are led here, and tells them when one is not any more. Safe for use by many threads. */
final class SharePlaces implements PartitionListener {
    private final Partitions partitions;
    private final Executor io;
    private final ShareCoordinator coordinator;

    SharePlaces(Partitions partitions, Executor io, MetadataStore metadata, IdSource ids) {
        this.partitions = partitions;
        this.io = io;
        this.coordinator = new ShareCoordinator(this::place, metadata::image, Clock.system(), ids);
    }

    ShareCoordinator coordinator() {
        return coordinator;
    }

    private ShareCoordinator.Place place(TopicPartition id) {
        var partition = partitions
                .partition(id)
                .orElseThrow(() -> new BrokerException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "partition " + id + " is not held here"));
        partition.leadership();
        return new SharePlace(
                partition,
                new PartitionRecords(partition, io, InterestFilters::of),
                new DeadLetterTopic(partition, partitions, io));
    }

    @Override
    public void elected(Partition partition) {
        // What is known of an earlier reign is not good for this one; the next use begins from the log.
        coordinator.resigned(partition.id());
    }

    @Override
    public void resigned(TopicPartition id) {
        coordinator.resigned(id);
    }

    /** Whoever waits is told, while there still is a connection to tell by. */
    void resignAll() {
        coordinator.resignAll();
    }
}
