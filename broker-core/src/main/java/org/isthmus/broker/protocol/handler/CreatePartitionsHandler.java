package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.controller.Placement;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.TopicImage;
import org.jspecify.annotations.Nullable;

/** Adds partitions to topics, each topic for itself. Not to internal ones: what lives there is found by their number. */
public final class CreatePartitionsHandler
        implements ApiHandler<CreatePartitionsRequestData, CreatePartitionsResponseData> {
    private final MetadataStore metadata;
    private final Placement placement;

    public CreatePartitionsHandler(MetadataStore metadata, Placement placement) {
        this.metadata = metadata;
        this.placement = placement;
    }

    @Override
    public short apiKey() {
        return 37;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 3;
    }

    @Override
    public CompletionStage<CreatePartitionsResponseData> handle(
            RequestContext context, CreatePartitionsRequestData request) {
        var response = new CreatePartitionsResponseData();
        var waits = new ArrayList<CompletableFuture<?>>();
        for (var asked : request.topics()) {
            var result = new CreatePartitionsTopicResult().setName(asked.name());
            response.results().add(result);
            waits.add(change(asked, request.validateOnly())
                    .handle((image, failure) -> failure == null ? result : refuse(result, failure))
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(waits.toArray(CompletableFuture<?>[]::new))
                .thenApply(ignored -> response);
    }

    private CompletionStage<ClusterImage> change(CreatePartitionsTopic asked, boolean validateOnly) {
        return metadata.change(image -> {
            var delta = decide(image, asked);
            return validateOnly ? List.of() : List.of(delta);
        });
    }

    private ClusterDelta decide(ClusterImage image, CreatePartitionsTopic asked) {
        if (image.topic(asked.name()).filter(TopicImage::isInternal).isPresent()) {
            throw new BrokerException(
                    ErrorCode.INVALID_PARTITIONS, "the partitions of internal topic '" + asked.name() + "' are fixed");
        }
        return placement.createPartitions(image, asked.name(), asked.count(), assignment(asked));
    }

    private static @Nullable List<List<BrokerId>> assignment(CreatePartitionsTopic asked) {
        return asked.assignments() == null
                ? null
                : asked.assignments().stream()
                        .map(partition -> partition.brokerIds().stream()
                                .map(BrokerId::new)
                                .toList())
                        .toList();
    }

    private static CreatePartitionsTopicResult refuse(CreatePartitionsTopicResult result, Throwable failure) {
        var refusal = Refusal.of(failure);
        return result.setErrorCode(refusal.code()).setErrorMessage(refusal.message());
    }
}
