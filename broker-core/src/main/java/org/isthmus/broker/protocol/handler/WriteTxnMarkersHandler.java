package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerPartitionResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerTopicResult;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.transaction.Marker;
import org.isthmus.broker.coordinator.transaction.MarkerWriter;
import org.isthmus.broker.coordinator.transaction.Outcome;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.protocol.codec.TransactionExtensions;

/** WriteTxnMarkers: a coordinator elsewhere, or an administrator with a hanging transaction, ends it on partitions that are led here. */
final class WriteTxnMarkersHandler implements ApiHandler<WriteTxnMarkersRequestData, WriteTxnMarkersResponseData> {
    private final MarkerWriter markers;

    WriteTxnMarkersHandler(MarkerWriter markers) {
        this.markers = markers;
    }

    @Override
    public short apiKey() {
        return 27;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public CompletionStage<WriteTxnMarkersResponseData> handle(
            RequestContext context, WriteTxnMarkersRequestData request) {
        var answers = request.markers().stream().map(this::write).toList();
        return Stages.all(answers).thenApply(written -> new WriteTxnMarkersResponseData().setMarkers(written));
    }

    private CompletionStage<WritableTxnMarkerResult> write(WritableTxnMarker requested) {
        var producer = new ProducerIdentity(requested.producerId(), requested.producerEpoch());
        var outcome = requested.transactionResult() ? Outcome.COMMIT : Outcome.ABORT;
        var isRaised = requested.transactionVersion() >= TransactionExtensions.RAISES_EPOCHS;
        var marker = new Marker(producer, isRaised, outcome, requested.coordinatorEpoch());
        var topics =
                requested.topics().stream().map(topic -> write(topic, marker)).toList();
        return Stages.all(topics).thenApply(written -> new WritableTxnMarkerResult()
                .setProducerId(requested.producerId())
                .setTopics(written));
    }

    private CompletionStage<WritableTxnMarkerTopicResult> write(WritableTxnMarkerTopic topic, Marker marker) {
        var answers = new ArrayList<CompletionStage<WritableTxnMarkerPartitionResult>>();
        for (var index : topic.partitionIndexes()) {
            answers.add(write(topic.name(), index, marker).thenApply(error -> new WritableTxnMarkerPartitionResult()
                    .setPartitionIndex(index)
                    .setErrorCode(error.code())));
        }
        return Stages.all(answers)
                .thenApply(written ->
                        new WritableTxnMarkerTopicResult().setName(topic.name()).setPartitions(written));
    }

    private CompletionStage<ErrorCode> write(String topic, int index, Marker marker) {
        return index < 0
                ? CompletableFuture.completedStage(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
                : markers.write(new TopicPartition(topic, index), marker)
                        .kept()
                        .exceptionally(CoordinatorErrors::errorOf);
    }
}
