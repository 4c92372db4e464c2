package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletionStage;
import org.isthmus.broker.coordinator.transaction.Outcome;
import org.isthmus.broker.coordinator.transaction.TransactionCoordinator;
import org.isthmus.broker.protocol.codec.BranchesAnswer;
import org.isthmus.broker.protocol.codec.EndBranchAnswer;
import org.isthmus.broker.protocol.codec.EndBranchRequest;
import org.isthmus.broker.protocol.codec.OwnApi;

/** Commits a prepared branch or rolls it back, for its manager or in place of it. */
final class EndBranchHandler extends OwnApiHandler<EndBranchRequest, EndBranchAnswer> {
    private final TransactionCoordinator transactions;

    EndBranchHandler(TransactionCoordinator transactions) {
        super(OwnApi.END_BRANCH);
        this.transactions = transactions;
    }

    @Override
    CompletionStage<EndBranchAnswer> answer(RequestContext context, EndBranchRequest asked) {
        var outcome = asked.commit() ? Outcome.COMMIT : Outcome.ABORT;
        return transactions
                .endBranch(asked.transactionalId(), asked.xid(), outcome, asked.heuristic())
                .thenApply(ended -> new EndBranchAnswer(
                        ended.error().code(),
                        null,
                        ended.producer().producerId(),
                        ended.producer().epoch(),
                        DescribeBranchesHandler.state(
                                ended.heuristic().orElse(outcome),
                                ended.heuristic().isPresent())));
    }

    @Override
    EndBranchAnswer refused(Throwable failure) {
        return new EndBranchAnswer(
                CoordinatorErrors.codeOf(failure), failure.getMessage(), -1, (short) -1, BranchesAnswer.PREPARED);
    }
}
