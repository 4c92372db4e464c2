package org.isthmus.broker.server;

import java.util.Collection;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.share.ShareCoordinator;
import org.isthmus.broker.metadata.GroupSetting;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.protocol.handler.ShareGroups;
import org.isthmus.broker.replica.Consumption;
import org.isthmus.broker.replica.Partition;
import org.isthmus.broker.replica.PartitionListener;
import org.isthmus.broker.replica.Partitions;
import org.isthmus.broker.replica.Role;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.IdSource;

/**
 * Joins share groups to the partitions that are led here, and tells them when one is not any more, and the partitions how far they are. Safe for
 * use by many threads.
 */
final class SharePlaces implements PartitionListener, Consumption {
    private final Partitions partitions;
    private final Executor io;
    private final MetadataStore metadata;
    private final DeadLetterTopics deadLetterTopics;
    private final LeaderAppend leader;
    private final Clock clock;
    private final ShareCoordinator coordinator;
    private final ValueIndexes indexes = new ValueIndexes();

    SharePlaces(
            Partitions partitions,
            Executor io,
            MetadataStore metadata,
            DeadLetterTopics deadLetterTopics,
            LeaderAppend leader,
            Clock clock,
            IdSource ids) {
        this.partitions = partitions;
        this.metadata = metadata;
        this.deadLetterTopics = deadLetterTopics;
        this.leader = leader;
        this.io = io;
        this.clock = clock;
        this.coordinator = new ShareCoordinator(this::place, metadata::image, clock, ids);
    }

    ShareCoordinator coordinator() {
        return coordinator;
    }

    private ShareCoordinator.Place place(TopicPartition id) {
        var partition = partitions
                .partition(id)
                .orElseThrow(() -> new BrokerException(
                        metadata.image().partition(id).isPresent()
                                ? ErrorCode.NOT_LEADER_OR_FOLLOWER
                                : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        "partition " + id + " is not held here"));
        partition.leadership(metadata.image());
        return new SharePlace(
                partition,
                new PartitionRecords(partition, WaitMarks.of(metadata.image(), id), io, indexes, clock),
                new DeadLetterWriter(partition, deadLetterTopics, leader, io));
    }

    ShareGroups.Used used() {
        return new ShareGroups.Used() {
            @Override
            public CompletionStage<Collection<TopicPartition>> all() {
                return among(partitions.all().stream());
            }

            @Override
            public CompletionStage<Collection<TopicPartition>> among(Collection<TopicPartition> ids) {
                return among(ids.stream().flatMap(id -> partitions.partition(id).stream()));
            }

            private CompletionStage<Collection<TopicPartition>> among(Stream<Partition> asked) {
                return CompletableFuture.supplyAsync(
                        () -> asked.filter(partition -> partition.role() instanceof Role.Leader)
                                .filter(Partition::hasSidecar)
                                .map(Partition::id)
                                .toList(),
                        io);
            }
        };
    }

    @Override
    public CompletionStage<OptionalLong> oldestUnfinished(Partition partition, boolean stockToo) {
        return CompletableFuture.supplyAsync(partition::hasSidecar, io).thenCompose(isUsed -> {
            var subscriptions = subscriptions(partition.id().topic());
            if (isUsed) {
                return coordinator.ask(partition.id(), share -> share.oldestUnfinished(stockToo, subscriptions));
            }
            return CompletableFuture.completedStage(
                    subscriptions.isEmpty() ? OptionalLong.empty() : OptionalLong.of(0));
        });
    }

    /**
     * The durable subscriptions to a topic. One of which a partition knows nothing was away since the topic got that, and will read it from its first
     * record.
     */
    private Collection<String> subscriptions(String topic) {
        return metadata.image().groupConfigs().entrySet().stream()
                .filter(group ->
                        GroupSetting.SUBSCRIPTION_TOPIC.in(group.getValue()).equals(topic))
                .map(Map.Entry::getKey)
                .toList();
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
