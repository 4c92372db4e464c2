package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData.TxnOffsetCommitResponsePartition;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData.TxnOffsetCommitResponseTopic;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.coordinator.group.Caller;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.coordinator.group.OffsetCommit;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;

/** TxnOffsetCommit: how far a group will have read once the producer's transaction is committed. */
final class TxnOffsetCommitHandler implements ApiHandler<TxnOffsetCommitRequestData, TxnOffsetCommitResponseData> {
    private static final int FIRST_WITH_ABORTABLE = 4;
    private static final int FIRST_THAT_JOINS = 5;
    private static final int FIRST_WITH_TOPIC_IDS = 6;

    private final GroupCoordinator groups;
    private final TransactionAdmission admission;
    private final InternalTopics topics;
    private final MetadataStore metadata;

    TxnOffsetCommitHandler(
            GroupCoordinator groups, TransactionAdmission admission, InternalTopics topics, MetadataStore metadata) {
        this.groups = groups;
        this.admission = admission;
        this.topics = topics;
        this.metadata = metadata;
    }

    @Override
    public short apiKey() {
        return 28;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 6;
    }

    @Override
    public CompletionStage<TxnOffsetCommitResponseData> handle(
            RequestContext context, TxnOffsetCommitRequestData request) {
        var image = metadata.image();
        var commits = new ArrayList<OffsetCommit>();
        for (var topic : request.topics()) {
            commits.addAll(commits(topic(image, context, topic), topic));
        }
        return stage(context, request, commits)
                .exceptionally(failure -> CommittedTopic.all(commits, CoordinatorErrors.errorOf(failure)))
                .thenApply(TxnOffsetCommitHandler::told)
                .thenApply(outcomes -> new TxnOffsetCommitResponseData()
                        .setTopics(request.topics().stream()
                                .map(topic -> answered(topic(image, context, topic), topic, outcomes))
                                .toList()));
    }

    /** Producers know of generations alone. */
    private static Map<TopicPartition, ErrorCode> told(Map<TopicPartition, ErrorCode> outcomes) {
        var told = new HashMap<>(outcomes);
        told.replaceAll((partition, outcome) ->
                outcome == ErrorCode.GROUP_ID_NOT_FOUND || outcome == ErrorCode.STALE_MEMBER_EPOCH
                        ? ErrorCode.ILLEGAL_GENERATION
                        : outcome);
        return told;
    }

    private CompletionStage<Map<TopicPartition, ErrorCode>> stage(
            RequestContext context, TxnOffsetCommitRequestData request, List<OffsetCommit> commits) {
        if (commits.isEmpty()) {
            return CompletableFuture.completedStage(Map.of());
        }
        var producer = new ProducerIdentity(request.producerId(), request.producerEpoch());
        var caller = new Caller(
                request.groupId(), request.memberId(), request.groupInstanceId(), request.generationIdOrMemberEpoch());
        return topics.ensure(InternalTopics.CONSUMER_OFFSETS)
                .thenCompose(offsets -> admission.admit(
                        request.transactionalId(),
                        producer,
                        Set.of(ShardPlace.of(offsets, request.groupId())),
                        context.version() >= FIRST_THAT_JOINS))
                .thenCompose(refusal -> refusal == ErrorCode.NONE
                        ? groups.stage(caller, producer.producerId(), producer.epoch(), commits)
                        : CompletableFuture.failedStage(new BrokerException(
                                TransactionErrors.abortable(refusal, context.version() >= FIRST_WITH_ABORTABLE),
                                "transaction " + request.transactionalId() + " cannot take in offsets of "
                                        + request.groupId())));
    }

    private static CommittedTopic topic(ClusterImage image, RequestContext context, TxnOffsetCommitRequestTopic topic) {
        return CommittedTopic.of(image, context.version() >= FIRST_WITH_TOPIC_IDS, topic.topicId(), topic.name());
    }

    private static List<OffsetCommit> commits(CommittedTopic topic, TxnOffsetCommitRequestTopic requested) {
        return requested.partitions().stream()
                .flatMap(partition -> topic
                        .commit(
                                partition.partitionIndex(),
                                partition.committedOffset(),
                                partition.committedLeaderEpoch(),
                                partition.committedMetadata(),
                                -1)
                        .stream())
                .toList();
    }

    private static TxnOffsetCommitResponseTopic answered(
            CommittedTopic topic, TxnOffsetCommitRequestTopic requested, Map<TopicPartition, ErrorCode> outcomes) {
        return new TxnOffsetCommitResponseTopic()
                .setName(requested.name())
                .setTopicId(requested.topicId())
                .setPartitions(requested.partitions().stream()
                        .map(partition -> new TxnOffsetCommitResponsePartition()
                                .setPartitionIndex(partition.partitionIndex())
                                .setErrorCode(topic.outcome(partition.partitionIndex(), outcomes)
                                        .code()))
                        .toList());
    }
}
