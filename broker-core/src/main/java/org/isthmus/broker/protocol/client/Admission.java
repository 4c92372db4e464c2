package org.isthmus.broker.protocol.client;

import java.util.Set;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransactionCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;

/** The question to a coordinator whether participants are part of a transaction, or may become it. Stateless. */
final class Admission {
    private Admission() {}

    /** @param joins whether they become part of it by the question */
    static AddPartitionsToTxnRequestData request(
            String transactionalId, ProducerIdentity producer, Set<TopicPartition> participants, boolean joins) {
        var topics = Offsets.byTopic(
                participants,
                name -> new AddPartitionsToTxnTopic().setName(name),
                (topic, participant) -> topic.partitions().add(participant.partition()));
        var transactions = new AddPartitionsToTxnTransactionCollection();
        transactions.add(new AddPartitionsToTxnTransaction()
                .setTransactionalId(transactionalId)
                .setProducerId(producer.producerId())
                .setProducerEpoch(producer.epoch())
                .setVerifyOnly(!joins)
                .setTopics(new AddPartitionsToTxnTopicCollection(topics.iterator())));
        return new AddPartitionsToTxnRequestData().setTransactions(transactions);
    }

    /** The coordinator admits all or none; one that says more about some than about others says it of those that failed. */
    static ErrorCode outcome(AddPartitionsToTxnResponseData answer) {
        return answer.errorCode() != ErrorCode.NONE.code()
                ? ErrorCode.of(answer.errorCode())
                : answer.resultsByTransaction().stream()
                        .flatMap(transaction -> transaction.topicResults().stream())
                        .flatMap(topic -> topic.resultsByPartition().stream())
                        .map(partition -> ErrorCode.of(partition.partitionErrorCode()))
                        .filter(error -> error != ErrorCode.NONE && error != ErrorCode.OPERATION_NOT_ATTEMPTED)
                        .findFirst()
                        .orElse(ErrorCode.NONE);
    }
}
