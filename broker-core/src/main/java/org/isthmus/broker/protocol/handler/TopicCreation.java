package org.isthmus.broker.protocol.handler;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.controller.MissingReplicas;
import org.isthmus.broker.controller.NewTopicRequest;
import org.isthmus.broker.controller.Placement;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.runtime.IdSource;

/** Makes topics: decides by placement, and is done when the store has it. Safe for use by many threads. */
public record TopicCreation(MetadataStore metadata, Placement placement, IdSource ids) {
    /** Fails with {@link org.isthmus.broker.common.BrokerException} where the topic exists or cannot be as asked for. */
    public CompletionStage<TopicImage> create(NewTopicRequest request) {
        var id = ids.nextUuid();
        return metadata.change(image -> List.of(decide(image, request, id))).thenApply(image -> {
            var made = created(image, request);
            placement.missing(made, request).ifPresent(MissingReplicas::warn);
            return made;
        });
    }

    /** Checks a request without carrying it out; what would be created. */
    TopicImage check(NewTopicRequest request) {
        var image = metadata.image();
        return created(image.with(List.of(decide(image, request, ids.nextUuid()))), request);
    }

    private ClusterDelta decide(ClusterImage image, NewTopicRequest request, UUID id) {
        if (TopicImage.isInternal(request.name()) && image.topic(request.name()).isEmpty()) {
            // They are made with the settings that their records need, when they are first needed.
            throw new BrokerException(
                    ErrorCode.INVALID_TOPIC_EXCEPTION, "topic '" + request.name() + "' is made by the broker alone");
        }
        return placement.createTopic(image, request, id);
    }

    private static TopicImage created(ClusterImage image, NewTopicRequest request) {
        return image.topic(request.name()).orElseThrow();
    }
}
