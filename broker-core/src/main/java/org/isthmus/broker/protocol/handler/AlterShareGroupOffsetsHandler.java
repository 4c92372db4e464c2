package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestPartition;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData.AlterShareGroupOffsetsResponsePartition;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData.AlterShareGroupOffsetsResponseTopic;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData.AlterShareGroupOffsetsResponseTopicCollection;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.share.StartAt;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.protocol.codec.ShareExtensions;
import org.jspecify.annotations.Nullable;

/** AlterShareGroupOffsets: lets a share group without members begin anew elsewhere. */
public final class AlterShareGroupOffsetsHandler
        implements ApiHandler<AlterShareGroupOffsetsRequestData, AlterShareGroupOffsetsResponseData> {
    private final Topics topics;
    private final ShareGroups groups;
    private final OtherBrokers others;

    public AlterShareGroupOffsetsHandler(Topics topics, ShareGroups groups, OtherBrokers others) {
        this.topics = topics;
        this.groups = groups;
        this.others = others;
    }

    @Override
    public short apiKey() {
        return 91;
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
    public CompletionStage<AlterShareGroupOffsetsResponseData> handle(
            RequestContext context, AlterShareGroupOffsetsRequestData request) {
        return groups.refuseMembers(request.groupId())
                .thenCompose(none -> Stages.all(request.topics().stream()
                        .map(topic -> alter(
                                request.groupId(), topic, ShareExtensions.isHereOnly(request.unknownTaggedFields())))
                        .toList()))
                .thenApply(altered -> new AlterShareGroupOffsetsResponseData()
                        .setResponses(new AlterShareGroupOffsetsResponseTopicCollection(altered.iterator())))
                .exceptionally(failure -> new AlterShareGroupOffsetsResponseData()
                        .setErrorCode(CoordinatorErrors.codeOf(failure))
                        .setErrorMessage(Refusal.of(failure).message()));
    }

    private CompletionStage<AlterShareGroupOffsetsResponseTopic> alter(
            String group, AlterShareGroupOffsetsRequestTopic topic, boolean hereOnly) {
        var id = topics.image().topic(topic.topicName()).map(TopicImage::id).orElse(TopicIds.NONE);
        return Stages.all(topic.partitions().stream()
                        .map(partition -> alter(group, topic.topicName(), partition, hereOnly))
                        .toList())
                .thenApply(altered -> new AlterShareGroupOffsetsResponseTopic()
                        .setTopicName(topic.topicName())
                        .setTopicId(TopicIds.wire(id))
                        .setPartitions(new ArrayList<>(altered)));
    }

    private CompletionStage<AlterShareGroupOffsetsResponsePartition> alter(
            String group, String topic, AlterShareGroupOffsetsRequestPartition partition, boolean hereOnly) {
        return restart(group, topic, partition, hereOnly).handle((done, failure) -> answer(partition, failure));
    }

    private static AlterShareGroupOffsetsResponsePartition answer(
            AlterShareGroupOffsetsRequestPartition partition, @Nullable Throwable failure) {
        var altered = new AlterShareGroupOffsetsResponsePartition().setPartitionIndex(partition.partitionIndex());
        if (failure != null) {
            var refusal = ShareErrors.stockRefusal(failure);
            altered.setErrorCode(refusal.code()).setErrorMessage(refusal.message());
        }
        return altered;
    }

    private CompletionStage<Void> restart(
            String group, String topic, AlterShareGroupOffsetsRequestPartition asked, boolean hereOnly) {
        if (asked.partitionIndex() < 0 || asked.startOffset() < 0) {
            return CompletableFuture.failedStage(
                    new BrokerException(ErrorCode.INVALID_REQUEST, "no partition or offset can be negative: " + asked));
        }
        var partition = new TopicPartition(topic, asked.partitionIndex());
        return Optional.of(partition)
                .filter(any -> !hereOnly)
                .flatMap(others::leading)
                .map(leader -> others.restart(leader, group, partition, asked.startOffset()))
                .orElseGet(() -> groups.restart(group, partition, new StartAt.AtOffset(asked.startOffset())));
    }
}
