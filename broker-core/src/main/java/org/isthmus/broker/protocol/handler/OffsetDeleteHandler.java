package org.isthmus.broker.protocol.handler;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopicCollection;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.coordinator.group.OffsetsDeleted;
import org.isthmus.broker.metadata.MetadataStore;

/** OffsetDelete: forget how far a group has read partitions that it does not subscribe to any more. */
final class OffsetDeleteHandler implements ApiHandler<OffsetDeleteRequestData, OffsetDeleteResponseData> {
    private final GroupCoordinator groups;
    private final MetadataStore metadata;

    OffsetDeleteHandler(GroupCoordinator groups, MetadataStore metadata) {
        this.groups = groups;
        this.metadata = metadata;
    }

    @Override
    public short apiKey() {
        return 47;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 0;
    }

    @Override
    public CompletionStage<OffsetDeleteResponseData> handle(RequestContext context, OffsetDeleteRequestData request) {
        var partitions = new LinkedHashSet<TopicPartition>();
        var unknown = new LinkedHashMap<TopicPartition, ErrorCode>();
        for (var topic : request.topics()) {
            for (var asked : topic.partitions()) {
                if (asked.partitionIndex() >= 0) {
                    var partition = new TopicPartition(topic.name(), asked.partitionIndex());
                    if (metadata.image().partition(partition).isPresent()) {
                        partitions.add(partition);
                    } else {
                        unknown.put(partition, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
                    }
                }
            }
        }
        return groups.deleteOffsets(request.groupId(), partitions)
                .thenApply(deleted -> response(deleted, unknown))
                .exceptionally(
                        failure -> new OffsetDeleteResponseData().setErrorCode(CoordinatorErrors.codeOf(failure)));
    }

    private static OffsetDeleteResponseData response(OffsetsDeleted deleted, Map<TopicPartition, ErrorCode> unknown) {
        var topics = new LinkedHashMap<String, OffsetDeleteResponseTopic>();
        var outcomes = new LinkedHashMap<>(deleted.outcomes());
        if (deleted.error() == ErrorCode.NONE) {
            outcomes.putAll(unknown);
        }
        outcomes.forEach((partition, outcome) -> topics.computeIfAbsent(
                        partition.topic(), name -> new OffsetDeleteResponseTopic().setName(name))
                .partitions()
                .add(new OffsetDeleteResponsePartition()
                        .setPartitionIndex(partition.partition())
                        .setErrorCode(outcome.code())));
        return new OffsetDeleteResponseData()
                .setErrorCode(deleted.error().code())
                .setTopics(
                        new OffsetDeleteResponseTopicCollection(topics.values().iterator()));
    }
}
