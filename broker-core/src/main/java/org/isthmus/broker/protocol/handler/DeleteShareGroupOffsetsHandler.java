package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData.DeleteShareGroupOffsetsResponseTopic;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.protocol.codec.ShareExtensions;
import org.jspecify.annotations.Nullable;

/**
 * DeleteShareGroupOffsets: forgets what a share group without members has in the partitions of some topics. Our own clients end a subscription
 * with it, at each leader.
 */
public final class DeleteShareGroupOffsetsHandler
        implements ApiHandler<DeleteShareGroupOffsetsRequestData, DeleteShareGroupOffsetsResponseData> {
    private final Topics topics;
    private final ShareGroups groups;
    private final OtherBrokers others;

    public DeleteShareGroupOffsetsHandler(Topics topics, ShareGroups groups, OtherBrokers others) {
        this.topics = topics;
        this.groups = groups;
        this.others = others;
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
        var hereOnly = ShareExtensions.isHereOnly(request.unknownTaggedFields());
        return groups.refuseMembers(request.groupId())
                .thenCompose(none -> Stages.all(request.topics().stream()
                        .map(topic -> hereOnly
                                ? delete(request.groupId(), topic.topicName())
                                : deleteEverywhere(request.groupId(), topic.topicName()))
                        .toList()))
                .thenApply(all -> new DeleteShareGroupOffsetsResponseData().setResponses(all))
                .exceptionally(failure -> new DeleteShareGroupOffsetsResponseData()
                        .setErrorCode(CoordinatorErrors.codeOf(failure))
                        .setErrorMessage(Refusal.of(failure).message()));
    }

    private CompletionStage<DeleteShareGroupOffsetsResponseTopic> deleteEverywhere(String group, String name) {
        var answers = new ArrayList<CompletionStage<DeleteShareGroupOffsetsResponseTopic>>();
        answers.add(delete(group, name));
        var leaders = topics.image().topic(name).stream()
                .flatMap(topic -> IntStream.range(0, topic.partitions().size())
                        .mapToObj(index -> others.leading(new TopicPartition(name, index))))
                .flatMap(Optional::stream)
                .collect(Collectors.toSet());
        for (var leader : leaders) {
            answers.add(others.forget(leader, group, name).handle((done, failure) -> answer(name, failure)));
        }
        return Stages.all(answers).thenApply(DeleteShareGroupOffsetsHandler::joined);
    }

    /** Where one of them fails it failed, and the group was there where it was anywhere. */
    private static DeleteShareGroupOffsetsResponseTopic joined(List<DeleteShareGroupOffsetsResponseTopic> parts) {
        return parts.stream()
                .filter(part -> part.errorCode() != ErrorCode.NONE.code()
                        && part.errorCode() != ErrorCode.GROUP_ID_NOT_FOUND.code())
                .findFirst()
                .or(() -> parts.stream()
                        .filter(part -> part.errorCode() == ErrorCode.NONE.code())
                        .findFirst())
                .orElse(parts.get(0));
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
        return done.handle((nothing, failure) -> answer(name, failure));
    }

    private DeleteShareGroupOffsetsResponseTopic answer(String name, @Nullable Throwable failure) {
        var id = topics.image().topic(name).map(TopicImage::id).orElse(TopicIds.NONE);
        var answer =
                new DeleteShareGroupOffsetsResponseTopic().setTopicName(name).setTopicId(TopicIds.wire(id));
        if (failure != null) {
            var refusal = ShareErrors.stockRefusal(failure);
            answer.setErrorCode(refusal.code()).setErrorMessage(refusal.message());
        }
        return answer;
    }
}
