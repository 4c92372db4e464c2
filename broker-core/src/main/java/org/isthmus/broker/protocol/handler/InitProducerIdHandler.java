package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.isthmus.broker.coordinator.transaction.InitAnswer;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.coordinator.transaction.ProducerIds;
import org.isthmus.broker.coordinator.transaction.TransactionCoordinator;

/** InitProducerId: the identity by which a partition recognises what a producer sent twice. */
final class InitProducerIdHandler implements ApiHandler<InitProducerIdRequestData, InitProducerIdResponseData> {
    private static final int FIRST_WITH_FENCED = 4;

    private final ProducerIds producerIds;
    private final TransactionCoordinator transactions;

    InitProducerIdHandler(ProducerIds producerIds, TransactionCoordinator transactions) {
        this.producerIds = producerIds;
        this.transactions = transactions;
    }

    @Override
    public short apiKey() {
        return 22;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 5;
    }

    @Override
    public CompletionStage<InitProducerIdResponseData> handle(
            RequestContext context, InitProducerIdRequestData request) {
        if (request.transactionalId() != null) {
            return transactional(context, request, request.transactionalId());
        }
        return producerIds
                .next()
                .thenApply(
                        id -> new InitProducerIdResponseData().setProducerId(id).setProducerEpoch((short) 0))
                .exceptionally(failure -> refused(CoordinatorErrors.codeOf(failure)));
    }

    private CompletionStage<InitProducerIdResponseData> transactional(
            RequestContext context, InitProducerIdRequestData request, String transactionalId) {
        var believed = new ProducerIdentity(request.producerId(), request.producerEpoch());
        return transactions
                .init(transactionalId, request.transactionTimeoutMs(), believed)
                .exceptionally(failure -> new InitAnswer(CoordinatorErrors.errorOf(failure), ProducerIdentity.NONE))
                .thenApply(answer -> new InitProducerIdResponseData()
                        .setErrorCode(TransactionErrors.fenced(answer.error(), context.version() >= FIRST_WITH_FENCED)
                                .code())
                        .setProducerId(answer.producer().producerId())
                        .setProducerEpoch(answer.producer().epoch()));
    }

    private static InitProducerIdResponseData refused(short error) {
        return new InitProducerIdResponseData()
                .setErrorCode(error)
                .setProducerId(-1)
                .setProducerEpoch((short) -1);
    }
}
