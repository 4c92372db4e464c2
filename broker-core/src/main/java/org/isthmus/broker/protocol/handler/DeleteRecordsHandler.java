package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.metadata.TopicImage;

/** Deletes the oldest records of partitions, up to an offset. Not of internal topics, whose records are somebody's state. */
public final class DeleteRecordsHandler implements ApiHandler<DeleteRecordsRequestData, DeleteRecordsResponseData> {
    private final Topics topics;

    public DeleteRecordsHandler(Topics topics) {
        this.topics = topics;
    }

    @Override
    public short apiKey() {
        return 21;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public CompletionStage<DeleteRecordsResponseData> handle(RequestContext context, DeleteRecordsRequestData request) {
        var response = new DeleteRecordsResponseData();
        var waits = new ArrayList<CompletableFuture<?>>();
        for (var topic : request.topics()) {
            var answers = new DeleteRecordsTopicResult().setName(topic.name());
            response.topics().add(answers);
            for (var asked : topic.partitions()) {
                var answer = new DeleteRecordsPartitionResult().setPartitionIndex(asked.partitionIndex());
                answers.partitions().add(answer);
                waits.add(delete(topic.name(), asked, answer));
            }
        }
        return CompletableFuture.allOf(waits.toArray(CompletableFuture<?>[]::new))
                .thenApply(ignored -> response);
    }

    private CompletableFuture<?> delete(
            String topic, DeleteRecordsPartition asked, DeleteRecordsPartitionResult answer) {
        return CompletableFuture.completedFuture(topic)
                .thenCompose(name -> {
                    if (TopicImage.isInternal(name)) {
                        throw new BrokerException(
                                ErrorCode.INVALID_TOPIC_EXCEPTION, "records of internal topic '" + name + "' stay");
                    }
                    return topics.led(name, asked.partitionIndex()).deleteRecordsBefore(asked.offset());
                })
                .handle((start, failure) -> failure == null
                        ? answer.setLowWatermark(start)
                        : answer.setLowWatermark(-1)
                                .setErrorCode(Refusal.of(failure).code()));
    }
}
