package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData.DeleteShareGroupOffsetsResponseTopic;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.TopicImage;

/**
 * DeleteShareGroupOffsets: forgets what a share group without members has in the partitions of some topics, those that are led here. Our own
 * clients end a subscription with it, at each leader.
 */
public final class DeleteShareGroupOffsetsHandler
        implements ApiHandler<DeleteShareGroupOffsetsRequestData, DeleteShareGroupOffsetsResponseData> {
    private final Topics topics;
    private final ShareGroups groups;

    public DeleteShareGroupOffsetsHandler(Topics topics, ShareGroups groups) {
        this.topics = topics;
        this.groups = groups;
    }

    @Override
    public short apiKey() {
        return 92;
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
    public CompletionStage<DeleteShareGroupOffsetsResponseData> handle(
            RequestContext context, DeleteShareGroupOffsetsRequestData request) {
        return groups.refuseMembers(request.groupId())
                .thenCompose(none -> Stages.all(request.topics().stream()
                        .map(topic -> delete(request.groupId(), topic.topicName()))
                        .toList()))
                .thenApply(all -> new DeleteShareGroupOffsetsResponseData().setResponses(all))
                .exceptionally(failure -> new DeleteShareGroupOffsetsResponseData()
                        .setErrorCode(CoordinatorErrors.codeOf(failure))
                        .setErrorMessage(Refusal.of(failure).message()));
    }

    private CompletionStage<DeleteShareGroupOffsetsResponseTopic> delete(String group, String name) {
        var topic = topics.image().topic(name);
        CompletionStage<Void> done = topic.isEmpty()
                ? CompletableFuture.failedStage(
                        new BrokerException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic " + name))
                : groups.delete(
                        group,
                        IntStream.range(0, topic.get().partitions().size())
                                .mapToObj(index -> new TopicPartition(name, index))
                                .toList());
        return done.handle((nothing, failure) -> {
            var answer = new DeleteShareGroupOffsetsResponseTopic()
                    .setTopicName(name)
                    .setTopicId(TopicIds.wire(topic.map(TopicImage::id).orElse(TopicIds.NONE)));
            if (failure != null) {
                var refusal = ShareErrors.refusal(failure);
                answer.setErrorCode(refusal.code()).setErrorMessage(refusal.message());
            }
            return answer;
        });
    }
}
