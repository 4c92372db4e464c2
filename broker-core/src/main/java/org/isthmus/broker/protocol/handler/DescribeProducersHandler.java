package org.isthmus.broker.protocol.handler;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.log.ActiveProducer;

/** DescribeProducers: which producers the logs of partitions remember, and where their open transactions begin. */
public final class DescribeProducersHandler
        implements ApiHandler<DescribeProducersRequestData, DescribeProducersResponseData> {
    private final Topics topics;

    public DescribeProducersHandler(Topics topics) {
        this.topics = topics;
    }

    @Override
    public short apiKey() {
        return 61;
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
    public CompletionStage<DescribeProducersResponseData> handle(
            RequestContext context, DescribeProducersRequestData request) {
        var answers = request.topics().stream()
                .map(topic -> Stages.all(topic.partitionIndexes().stream()
                                .map(index -> describe(topic.name(), index))
                                .toList())
                        .thenApply(partitions ->
                                new TopicResponse().setName(topic.name()).setPartitions(partitions)))
                .toList();
        return Stages.all(answers).thenApply(described -> new DescribeProducersResponseData().setTopics(described));
    }

    private CompletionStage<PartitionResponse> describe(String topic, int index) {
        return producers(topic, index).handle((producers, failure) -> {
            var answer = new PartitionResponse().setPartitionIndex(index);
            if (failure != null) {
                var refusal = Refusal.of(failure);
                return answer.setErrorCode(refusal.code()).setErrorMessage(refusal.message());
            }
            return answer.setActiveProducers(
                    producers.stream().map(DescribeProducersHandler::state).toList());
        });
    }

    private CompletionStage<List<ActiveProducer>> producers(String topic, int index) {
        try {
            return topics.led(topic, index).producers();
        } catch (BrokerException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private static ProducerState state(ActiveProducer producer) {
        return new ProducerState()
                .setProducerId(producer.producerId())
                .setProducerEpoch(producer.epoch())
                .setLastSequence(producer.lastSequence())
                .setLastTimestamp(producer.lastTimestampMs())
                .setCoordinatorEpoch(producer.coordinatorEpoch())
                .setCurrentTxnStartOffset(producer.transactionStart());
    }
}
