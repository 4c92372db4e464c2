package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletionStage;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.coordinator.transaction.TransactionCoordinator;
import org.isthmus.broker.protocol.codec.KeepRequest;
import org.isthmus.broker.protocol.codec.Outcome;
import org.isthmus.broker.protocol.codec.OwnApi;

/** Has the time of an open transaction begin anew, because its producer is still there. */
final class KeepTransactionHandler extends OwnApiHandler<KeepRequest, Outcome> {
    private final TransactionCoordinator transactions;

    KeepTransactionHandler(TransactionCoordinator transactions) {
        super(OwnApi.KEEP_TRANSACTION);
        this.transactions = transactions;
    }

    @Override
    CompletionStage<Outcome> answer(RequestContext context, KeepRequest asked) {
        return transactions
                .keep(asked.transactionalId(), new ProducerIdentity(asked.producerId(), asked.producerEpoch()))
                .thenApply(error -> new Outcome(error.code(), null));
    }

    @Override
    Outcome refused(Throwable failure) {
        return new Outcome(CoordinatorErrors.codeOf(failure), failure.getMessage());
    }
}
