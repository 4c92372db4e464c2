package org.isthmus.broker.protocol.handler;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopicCollection;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.coordinator.group.OffsetsDeleted;

/** OffsetDelete: forget how far a group has read partitions that it does not subscribe to any more. */
final class OffsetDeleteHandler implements ApiHandler<OffsetDeleteRequestData, OffsetDeleteResponseData> {
    private final GroupCoordinator groups;

    OffsetDeleteHandler(GroupCoordinator groups) {
        this.groups = groups;
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
        for (var topic : request.topics()) {
            for (var partition : topic.partitions()) {
                if (partition.partitionIndex() >= 0) {
                    partitions.add(new TopicPartition(topic.name(), partition.partitionIndex()));
                }
            }
        }
        return groups.deleteOffsets(request.groupId(), partitions)
                .thenApply(OffsetDeleteHandler::response)
                .exceptionally(
                        failure -> new OffsetDeleteResponseData().setErrorCode(CoordinatorErrors.codeOf(failure)));
    }

    private static OffsetDeleteResponseData response(OffsetsDeleted deleted) {
        var topics = new LinkedHashMap<String, OffsetDeleteResponseTopic>();
        deleted.outcomes().forEach((partition, outcome) -> topics.computeIfAbsent(
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
