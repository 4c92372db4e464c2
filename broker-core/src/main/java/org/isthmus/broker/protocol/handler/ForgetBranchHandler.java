package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletionStage;
import org.isthmus.broker.coordinator.transaction.TransactionCoordinator;
import org.isthmus.broker.protocol.codec.ForgetBranchRequest;
import org.isthmus.broker.protocol.codec.Outcome;
import org.isthmus.broker.protocol.codec.OwnApi;

/** Drops what is remembered of a branch that an administrator ended. */
final class ForgetBranchHandler extends OwnApiHandler<ForgetBranchRequest, Outcome> {
    private final TransactionCoordinator transactions;

    ForgetBranchHandler(TransactionCoordinator transactions) {
        super(OwnApi.FORGET_BRANCH);
        this.transactions = transactions;
    }

    @Override
    CompletionStage<Outcome> answer(RequestContext context, ForgetBranchRequest asked) {
        return transactions
                .forget(asked.transactionalId(), asked.xid())
                .thenApply(error -> new Outcome(error.code(), null));
    }

    @Override
    Outcome refused(Throwable failure) {
        return new Outcome(CoordinatorErrors.codeOf(failure), failure.getMessage());
    }
}
