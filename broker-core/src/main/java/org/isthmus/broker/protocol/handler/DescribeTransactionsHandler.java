package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TopicData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TopicDataCollection;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TransactionState;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.transaction.TransactionCoordinator;
import org.isthmus.broker.coordinator.transaction.TransactionDescription;
import org.isthmus.broker.coordinator.transaction.TransactionPhase;

/** DescribeTransactions: how far transactions have come, and who takes part. */
final class DescribeTransactionsHandler
        implements ApiHandler<DescribeTransactionsRequestData, DescribeTransactionsResponseData> {
    private final TransactionCoordinator transactions;

    DescribeTransactionsHandler(TransactionCoordinator transactions) {
        this.transactions = transactions;
    }

    @Override
    public short apiKey() {
        return 65;
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
    public CompletionStage<DescribeTransactionsResponseData> handle(
            RequestContext context, DescribeTransactionsRequestData request) {
        var answers = request.transactionalIds().stream()
                .distinct()
                .map(id -> transactions
                        .describe(id)
                        .thenApply(found -> found.map(DescribeTransactionsHandler::state)
                                .orElseGet(() -> refused(id, ErrorCode.TRANSACTIONAL_ID_NOT_FOUND)))
                        .exceptionally(failure -> refused(id, CoordinatorErrors.errorOf(failure))))
                .toList();
        return Stages.all(answers)
                .thenApply(states -> new DescribeTransactionsResponseData().setTransactionStates(states));
    }

    private static TransactionState state(TransactionDescription transaction) {
        return new TransactionState()
                .setTransactionalId(transaction.transactionalId())
                .setTransactionState(transaction.phase().wireName())
                .setTransactionTimeoutMs(transaction.timeoutMs())
                .setTransactionStartTimeMs(transaction.phase().startedMs())
                .setProducerId(transaction.producer().producerId())
                .setProducerEpoch(transaction.producer().epoch())
                .setTopics(topics(transaction.phase()));
    }

    private static TopicDataCollection topics(TransactionPhase phase) {
        var topics = new TopicDataCollection();
        for (var partition : phase.partitions()) {
            var topic = topics.find(partition.topic());
            if (topic == null) {
                topic = new TopicData().setTopic(partition.topic());
                topics.add(topic);
            }
            topic.partitions().add(partition.partition());
        }
        return topics;
    }

    private static TransactionState refused(String id, ErrorCode error) {
        return new TransactionState().setTransactionalId(id).setErrorCode(error.code());
    }
}
