package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.controller.Placement;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;

/** Deletes topics by name or id, each for itself. */
public final class DeleteTopicsHandler implements ApiHandler<DeleteTopicsRequestData, DeleteTopicsResponseData> {
    private final MetadataStore metadata;
    private final Placement placement;

    public DeleteTopicsHandler(MetadataStore metadata, Placement placement) {
        this.metadata = metadata;
        this.placement = placement;
    }

    @Override
    public short apiKey() {
        return 20;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 6;
    }

    @Override
    public CompletionStage<DeleteTopicsResponseData> handle(RequestContext context, DeleteTopicsRequestData request) {
        var response = new DeleteTopicsResponseData();
        var waits = new ArrayList<CompletableFuture<?>>();
        for (var asked : asked(context, request)) {
            var result = new DeletableTopicResult().setName(asked.name()).setTopicId(asked.topicId());
            response.responses().add(result);
            waits.add(metadata.change(image -> List.of(delete(image, asked, result)))
                    .handle((image, failure) -> failure == null ? result : refuse(result, failure))
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(waits.toArray(CompletableFuture<?>[]::new))
                .thenApply(ignored -> response);
    }

    private static List<DeleteTopicState> asked(RequestContext context, DeleteTopicsRequestData request) {
        return context.version() >= 6
                ? request.topics()
                : request.topicNames().stream()
                        .map(name -> new DeleteTopicState().setName(name))
                        .toList();
    }

    private ClusterDelta delete(ClusterImage image, DeleteTopicState asked, DeletableTopicResult result) {
        if (asked.topicId().equals(Uuid.ZERO_UUID)) {
            var topic = image.topic(asked.name());
            topic.ifPresent(found -> result.setTopicId(TopicIds.wire(found.id())));
            return placement.deleteTopic(image, asked.name());
        }
        var topic = image.topic(TopicIds.of(asked.topicId()))
                .orElseThrow(() -> new BrokerException(
                        ErrorCode.UNKNOWN_TOPIC_ID, "there is no topic with id " + asked.topicId()));
        result.setName(topic.name());
        return placement.deleteTopic(image, topic.name());
    }

    private static DeletableTopicResult refuse(DeletableTopicResult result, Throwable failure) {
        var refusal = Refusal.of(failure);
        return result.setErrorCode(refusal.code()).setErrorMessage(refusal.message());
    }
}
