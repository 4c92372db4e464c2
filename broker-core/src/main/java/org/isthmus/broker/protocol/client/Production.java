package org.isthmus.broker.protocol.client;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
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
            BrokerChannel leader, Acks acks, @Nullable String transactionalId, ClientLoop client, Deadline deadline) {
        // Less time for the leader, which says so when it is over, than until it counts as gone.
        var timeout = client.remaining(deadline).multipliedBy(9).dividedBy(10);
        var request = request(partition, topic.info().id(), bytes, acks == Acks.ALL ? -1 : 1, transactionalId, timeout);
        return leader.request(Api.PRODUCE, request, deadline).thenApply(answer -> baseOffset(partition, answer));
    }

    static ProduceRequestData request(
            TopicPartition partition,
            UUID topicId,
            ByteBuffer batch,
            int acks,
            @Nullable String transactionalId,
            Duration timeout) {
        var data = new ProduceRequestData.PartitionProduceData()
                .setIndex(partition.partition())
                .setRecords(MemoryRecords.readableRecords(batch));
        var topics = new ProduceRequestData.TopicProduceDataCollection();
        topics.add(new ProduceRequestData.TopicProduceData()
                .setTopicId(Cluster.wireUuid(topicId))
                .setPartitionData(List.of(data)));
        return new ProduceRequestData()
                .setTransactionalId(transactionalId)
                .setAcks((short) acks)
                .setTimeoutMs((int) Math.max(1, timeout.toMillis()))
                .setTopicData(topics);
    }

    /** Fails with what the leader refused the batch for. */
    static long baseOffset(TopicPartition partition, ProduceResponseData answer) {
        for (var topic : answer.responses()) {
            for (var result : topic.partitionResponses()) {
                Failures.checkLeader(partition, result.errorCode(), "send to " + partition, result.errorMessage());
                return result.baseOffset();
            }
        }
        throw new BrokerException(ErrorCode.UNKNOWN_SERVER_ERROR, "an empty answer to a send to " + partition);
    }
}
