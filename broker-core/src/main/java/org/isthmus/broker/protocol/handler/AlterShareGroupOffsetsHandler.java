package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.List;
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
import org.isthmus.broker.network.Endpoint;
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
                        .map(partition -> hereOnly
                                ? alter(group, topic.topicName(), partition)
                                : alterAtLeader(group, topic.topicName(), partition))
                        .toList())
                .thenApply(altered -> new AlterShareGroupOffsetsResponseTopic()
                        .setTopicName(topic.topicName())
                        .setTopicId(TopicIds.wire(id))
                        .setPartitions(new ArrayList<>(altered)));
    }

    private CompletionStage<AlterShareGroupOffsetsResponsePartition> alterAtLeader(
            String group, String topic, AlterShareGroupOffsetsRequestPartition partition) {
        var elsewhere = partition.partitionIndex() < 0
                ? Optional.<Endpoint>empty()
                : others.leading(new TopicPartition(topic, partition.partitionIndex()));
        if (elsewhere.isEmpty()) {
            return alter(group, topic, partition);
        }
        var asked = new AlterShareGroupOffsetsRequestData().setGroupId(group);
        asked.topics()
                .add(new AlterShareGroupOffsetsRequestTopic()
                        .setTopicName(topic)
                        .setPartitions(List.of(partition)));
        return others.peers().alter(elsewhere.get(), asked).handle((answer, failure) -> {
            if (answer == null) {
                return answer(partition, failure);
            }
            return answer.errorCode() == ErrorCode.NONE.code()
                    ? answer.responses().iterator().next().partitions().get(0)
                    : new AlterShareGroupOffsetsResponsePartition()
                            .setPartitionIndex(partition.partitionIndex())
                            .setErrorCode(answer.errorCode())
                            .setErrorMessage(answer.errorMessage());
        });
    }

    private CompletionStage<AlterShareGroupOffsetsResponsePartition> alter(
            String group, String topic, AlterShareGroupOffsetsRequestPartition partition) {
        return restart(group, topic, partition).handle((done, failure) -> answer(partition, failure));
    }

    private static AlterShareGroupOffsetsResponsePartition answer(
            AlterShareGroupOffsetsRequestPartition partition, @Nullable Throwable failure) {
        var altered = new AlterShareGroupOffsetsResponsePartition().setPartitionIndex(partition.partitionIndex());
        if (failure != null) {
            var refusal = ShareErrors.refusal(failure);
            altered.setErrorCode(refusal.code()).setErrorMessage(refusal.message());
        }
        return altered;
    }

    private CompletionStage<Void> restart(
            String group, String topic, AlterShareGroupOffsetsRequestPartition partition) {
        if (partition.partitionIndex() < 0 || partition.startOffset() < 0) {
            return CompletableFuture.failedStage(new BrokerException(
                    ErrorCode.INVALID_REQUEST, "no partition or offset can be negative: " + partition));
        }
        var place = new StartAt.AtOffset(partition.startOffset());
        return groups.restart(group, new TopicPartition(topic, partition.partitionIndex()), place);
    }
}
