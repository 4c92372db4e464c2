package org.isthmus.broker.protocol.handler;

import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.transaction.EndAnswer;
import org.isthmus.broker.coordinator.transaction.Outcome;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.coordinator.transaction.TransactionCoordinator;
import org.isthmus.broker.protocol.codec.TransactionExtensions;

/** EndTxn: commit or abort. From version 5 on the producer goes on under the identity in the answer (KIP-890). */
final class EndTxnHandler implements ApiHandler<EndTxnRequestData, EndTxnResponseData> {
    private static final int FIRST_WITH_FENCED = 2;
    private static final int FIRST_THAT_RAISES_THE_EPOCH = 5;

    private final TransactionCoordinator transactions;

    EndTxnHandler(TransactionCoordinator transactions) {
        this.transactions = transactions;
    }

    @Override
    public short apiKey() {
        return 26;
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
    public CompletionStage<EndTxnResponseData> handle(RequestContext context, EndTxnRequestData request) {
        var producer = new ProducerIdentity(request.producerId(), request.producerEpoch());
        var outcome = request.committed() ? Outcome.COMMIT : Outcome.ABORT;
        var raisesEpoch = context.version() >= FIRST_THAT_RAISES_THE_EPOCH;
        var named = raisesEpoch
                ? TransactionExtensions.participants(request.unknownTaggedFields())
                : Set.<TopicPartition>of();
        return transactions
                .end(request.transactionalId(), producer, outcome, raisesEpoch, named)
                .exceptionally(failure -> new EndAnswer(CoordinatorErrors.errorOf(failure), ProducerIdentity.NONE))
                .thenApply(answer -> response(context, answer));
    }

    private static EndTxnResponseData response(RequestContext context, EndAnswer answer) {
        var error = TransactionErrors.fenced(answer.error(), context.version() >= FIRST_WITH_FENCED);
        var response = new EndTxnResponseData().setErrorCode(error.code());
        return error == ErrorCode.NONE && context.version() >= FIRST_THAT_RAISES_THE_EPOCH
                ? response.setProducerId(answer.producer().producerId())
                        .setProducerEpoch(answer.producer().epoch())
                : response;
    }
}
