package org.isthmus.broker.protocol.client;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** One batch for one partition, as it goes to its leader. */
record Production(TopicPartition partition, TopicMetadata topic, ByteBuffer bytes) {
    /** Answers the offset of the first record. */
    CompletionStage<Long> send(
            BrokerChannel leader, Acks acks, @Nullable String transactionalId, Deadline deadline, Duration remaining) {
        var data = new ProduceRequestData.PartitionProduceData()
                .setIndex(partition.partition())
                .setRecords(MemoryRecords.readableRecords(bytes));
        var topics = new ProduceRequestData.TopicProduceDataCollection();
        topics.add(new ProduceRequestData.TopicProduceData()
                .setTopicId(Cluster.wireUuid(topic.info().id()))
                .setPartitionData(List.of(data)));
        var request = new ProduceRequestData()
                .setTransactionalId(transactionalId)
                .setAcks((short) (acks == Acks.ALL ? -1 : 1))
                .setTimeoutMs((int) Math.max(1, remaining.toMillis()))
                .setTopicData(topics);
        return leader.request(Api.PRODUCE, request, deadline).thenApply(this::baseOffset);
    }

    private long baseOffset(ProduceResponseData answer) {
        for (var topic : answer.responses()) {
            for (var result : topic.partitionResponses()) {
                Failures.check(result.errorCode(), "send to " + partition, result.errorMessage());
                return result.baseOffset();
            }
        }
        throw new BrokerException(ErrorCode.UNKNOWN_SERVER_ERROR, "an empty answer to a send to " + partition);
    }
}
