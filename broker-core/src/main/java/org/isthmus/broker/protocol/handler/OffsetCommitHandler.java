package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.group.Caller;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.coordinator.group.OffsetCommit;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;

/** OffsetCommit: how far a group has read. */
final class OffsetCommitHandler implements ApiHandler<OffsetCommitRequestData, OffsetCommitResponseData> {
    private static final int FIRST_WITH_MEMBER_EPOCHS = 9;
    private static final int FIRST_WITH_TOPIC_IDS = 10;

    private final GroupCoordinator groups;
    private final MetadataStore metadata;

    OffsetCommitHandler(GroupCoordinator groups, MetadataStore metadata) {
        this.groups = groups;
        this.metadata = metadata;
    }

    @Override
    public short apiKey() {
        return 8;
    }

    @Override
    public short minVersion() {
        return 2;
    }

    @Override
    public short maxVersion() {
        return 10;
    }

    @Override
    public CompletionStage<OffsetCommitResponseData> handle(RequestContext context, OffsetCommitRequestData request) {
        var image = metadata.image();
        var commits = new ArrayList<OffsetCommit>();
        for (var topic : request.topics()) {
            commits.addAll(commits(topic(image, context, topic), topic, request.retentionTimeMs()));
        }
        return commit(request, commits)
                .thenApply(outcomes -> told(context, outcomes))
                .thenApply(outcomes -> new OffsetCommitResponseData()
                        .setTopics(request.topics().stream()
                                .map(topic -> answered(topic(image, context, topic), topic, outcomes))
                                .toList()));
    }

    /** Versions that know nothing of member epochs hear what they know of. */
    private static Map<TopicPartition, ErrorCode> told(
            RequestContext context, Map<TopicPartition, ErrorCode> outcomes) {
        if (context.version() >= FIRST_WITH_MEMBER_EPOCHS) {
            return outcomes;
        }
        var told = new HashMap<>(outcomes);
        told.replaceAll((partition, outcome) -> switch (outcome) {
            case GROUP_ID_NOT_FOUND -> ErrorCode.ILLEGAL_GENERATION;
            case STALE_MEMBER_EPOCH -> ErrorCode.UNSUPPORTED_VERSION;
            default -> outcome;
        });
        return told;
    }

    private CompletionStage<Map<TopicPartition, ErrorCode>> commit(
            OffsetCommitRequestData request, List<OffsetCommit> commits) {
        if (commits.isEmpty()) {
            return CompletableFuture.completedStage(Map.of());
        }
        var caller = new Caller(
                request.groupId(), request.memberId(), request.groupInstanceId(), request.generationIdOrMemberEpoch());
        return groups.commit(caller, commits)
                .exceptionally(failure -> CommittedTopic.all(commits, CoordinatorErrors.errorOf(failure)));
    }

    private static CommittedTopic topic(ClusterImage image, RequestContext context, OffsetCommitRequestTopic topic) {
        return CommittedTopic.of(image, context.version() >= FIRST_WITH_TOPIC_IDS, topic.topicId(), topic.name());
    }

    private static List<OffsetCommit> commits(
            CommittedTopic topic, OffsetCommitRequestTopic requested, long retentionMs) {
        return requested.partitions().stream()
                .flatMap(partition -> topic
                        .commit(
                                partition.partitionIndex(),
                                partition.committedOffset(),
                                partition.committedLeaderEpoch(),
                                partition.committedMetadata(),
                                retentionMs)
                        .stream())
                .toList();
    }

    private static OffsetCommitResponseTopic answered(
            CommittedTopic topic, OffsetCommitRequestTopic requested, Map<TopicPartition, ErrorCode> outcomes) {
        return new OffsetCommitResponseTopic()
                .setName(requested.name())
                .setTopicId(requested.topicId())
                .setPartitions(requested.partitions().stream()
                        .map(partition -> new OffsetCommitResponsePartition()
                                .setPartitionIndex(partition.partitionIndex())
                                .setErrorCode(topic.outcome(partition.partitionIndex(), outcomes)
                                        .code()))
                        .toList());
    }
}
