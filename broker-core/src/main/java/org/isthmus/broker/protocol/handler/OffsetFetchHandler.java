package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartition;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopic;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.metadata.MetadataStore;

/**
 * OffsetFetch: how far groups have read. The newest form, many groups with topics by id or name, is answered by {@link GroupOffsets}; older
 * forms are one group in it.
 */
final class OffsetFetchHandler implements ApiHandler<OffsetFetchRequestData, OffsetFetchResponseData> {
    private static final int FIRST_WITH_GROUP_ERROR = 2;
    private static final int FIRST_WITH_MANY_GROUPS = 8;
    private static final int FIRST_WITH_TOPIC_IDS = 10;

    private final GroupOffsets offsets;

    OffsetFetchHandler(GroupCoordinator groups, MetadataStore metadata) {
        offsets = new GroupOffsets(groups, metadata);
    }

    @Override
    public short apiKey() {
        return 9;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 10;
    }

    @Override
    public CompletionStage<OffsetFetchResponseData> handle(RequestContext context, OffsetFetchRequestData request) {
        var byId = context.version() >= FIRST_WITH_TOPIC_IDS;
        if (context.version() < FIRST_WITH_MANY_GROUPS) {
            return offsets.of(onlyGroup(request), false, request.requireStable())
                    .thenApply(group -> oneGroup(context, group));
        }
        var answers = request.groups().stream()
                .map(group -> offsets.of(group, byId, request.requireStable()))
                .toList();
        return Stages.all(answers).thenApply(groups -> new OffsetFetchResponseData().setGroups(groups));
    }

    private static OffsetFetchRequestGroup onlyGroup(OffsetFetchRequestData request) {
        var topics = request.topics() == null
                ? null
                : request.topics().stream()
                        .map(topic -> new OffsetFetchRequestTopics()
                                .setName(topic.name())
                                .setPartitionIndexes(topic.partitionIndexes()))
                        .toList();
        return new OffsetFetchRequestGroup().setGroupId(request.groupId()).setTopics(topics);
    }

    private static OffsetFetchResponseData oneGroup(RequestContext context, OffsetFetchResponseGroup group) {
        var topics = group.topics().stream()
                .map(topic -> new OffsetFetchResponseTopic()
                        .setName(topic.name())
                        .setPartitions(topic.partitions().stream()
                                .map(partition -> new OffsetFetchResponsePartition()
                                        .setPartitionIndex(partition.partitionIndex())
                                        .setCommittedOffset(partition.committedOffset())
                                        .setCommittedLeaderEpoch(partition.committedLeaderEpoch())
                                        .setMetadata(partition.metadata())
                                        .setErrorCode(partition.errorCode()))
                                .toList()))
                .toList();
        var answer = new OffsetFetchResponseData().setTopics(topics);
        return context.version() >= FIRST_WITH_GROUP_ERROR ? answer.setErrorCode(group.errorCode()) : answer;
    }
}
