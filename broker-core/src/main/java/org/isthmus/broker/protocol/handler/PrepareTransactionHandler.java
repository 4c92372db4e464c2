package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletionStage;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.coordinator.transaction.TransactionCoordinator;
import org.isthmus.broker.protocol.codec.Outcome;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.protocol.codec.PrepareRequest;

/** Keeps an open transaction, as a branch of a global one, until its manager decides. */
final class PrepareTransactionHandler extends OwnApiHandler<PrepareRequest, Outcome> {
    private final TransactionCoordinator transactions;

    PrepareTransactionHandler(TransactionCoordinator transactions) {
        super(OwnApi.PREPARE_TRANSACTION);
        this.transactions = transactions;
    }

    @Override
    CompletionStage<Outcome> answer(RequestContext context, PrepareRequest asked) {
        var producer = new ProducerIdentity(asked.producerId(), asked.producerEpoch());
        return transactions
                .prepare(asked.transactionalId(), producer, asked.xid(), asked.participants())
                .thenApply(error -> new Outcome(error.code(), null));
    }

    @Override
    Outcome refused(Throwable failure) {
        return new Outcome(CoordinatorErrors.codeOf(failure), failure.getMessage());
    }
}
