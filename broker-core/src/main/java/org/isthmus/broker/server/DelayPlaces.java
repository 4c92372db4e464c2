package org.isthmus.broker.server;

import java.util.concurrent.Executor;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.delay.DelayCoordinator;
import org.isthmus.broker.coordinator.transaction.ProducerIds;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.replica.Partition;
import org.isthmus.broker.replica.PartitionListener;
import org.isthmus.broker.replica.Partitions;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.IdSource;

/** Joins delayed records to the partitions that are led here, also to those where some have waited since before. Safe for use by many threads. */
final class DelayPlaces implements PartitionListener {
    private static final System.Logger log = System.getLogger(DelayPlaces.class.getName());

    private final Partitions partitions;
    private final Executor io;
    private final MetadataStore metadata;
    private final ProducerIds producerIds;
    private final DelayCoordinator coordinator;

    DelayPlaces(
            Partitions partitions,
            Executor io,
            MetadataStore metadata,
            ProducerIds producerIds,
            Clock clock,
            IdSource ids) {
        this.partitions = partitions;
        this.io = io;
        this.metadata = metadata;
        this.producerIds = producerIds;
        this.coordinator = new DelayCoordinator(this::place, metadata::image, clock, ids);
    }

    DelayCoordinator coordinator() {
        return coordinator;
    }

    private DelayCoordinator.Place place(TopicPartition id) {
        var partition = partitions
                .partition(id)
                .orElseThrow(() -> new BrokerException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "partition " + id + " is not held here"));
        var image = metadata.image();
        partition.leadership(image);
        return new DelayPlace(partition, WaitMarks.of(image, id), io, producerIds::next);
    }

    @Override
    public void elected(Partition partition) {
        coordinator.resigned(partition.id());
        io.execute(() -> {
            if (partition.hasDelayLog()) {
                try {
                    coordinator.resume(partition.id());
                } catch (BrokerException notLedAnyMore) {
                    log.log(System.Logger.Level.DEBUG, "Delayed records are left to the next leader", notLedAnyMore);
                }
            }
        });
    }

    @Override
    public void resigned(TopicPartition id) {
        coordinator.resigned(id);
    }

    /** Nothing is moved any more. */
    void resignAll() {
        coordinator.resignAll();
    }
}
