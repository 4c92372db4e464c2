package org.isthmus.broker.protocol.handler;

import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.coordinator.transaction.TransactionCoordinator;

/** AddOffsetsToTxn: a group whose offsets a producer is going to commit in its transaction. */
final class AddOffsetsToTxnHandler implements ApiHandler<AddOffsetsToTxnRequestData, AddOffsetsToTxnResponseData> {
    private static final int FIRST_WITH_FENCED = 2;

    private final TransactionCoordinator transactions;
    private final InternalTopics topics;

    AddOffsetsToTxnHandler(TransactionCoordinator transactions, InternalTopics topics) {
        this.transactions = transactions;
        this.topics = topics;
    }

    @Override
    public short apiKey() {
        return 25;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 4;
    }

    @Override
    public CompletionStage<AddOffsetsToTxnResponseData> handle(
            RequestContext context, AddOffsetsToTxnRequestData request) {
        var producer = new ProducerIdentity(request.producerId(), request.producerEpoch());
        return topics.ensure(InternalTopics.CONSUMER_OFFSETS)
                .thenCompose(offsets -> transactions.add(
                        request.transactionalId(), producer, Set.of(ShardPlace.of(offsets, request.groupId()))))
                .exceptionally(CoordinatorErrors::errorOf)
                .thenApply(error -> answer(TransactionErrors.fenced(error, context.version() >= FIRST_WITH_FENCED)));
    }

    private static AddOffsetsToTxnResponseData answer(ErrorCode error) {
        return new AddOffsetsToTxnResponseData().setErrorCode(error.code());
    }
}
