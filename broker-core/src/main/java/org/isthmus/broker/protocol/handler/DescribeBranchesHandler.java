package org.isthmus.broker.protocol.handler;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.transaction.Branch;
import org.isthmus.broker.coordinator.transaction.Outcome;
import org.isthmus.broker.coordinator.transaction.TransactionCoordinator;
import org.isthmus.broker.coordinator.transaction.TransactionDescription;
import org.isthmus.broker.coordinator.transaction.TransactionPhase;
import org.isthmus.broker.protocol.codec.BranchesAnswer;
import org.isthmus.broker.protocol.codec.BranchesRequest;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.runtime.Clock;

/** Tells what branches are prepared, or were and whose end is remembered. */
final class DescribeBranchesHandler extends OwnApiHandler<BranchesRequest, BranchesAnswer> {
    private final TransactionCoordinator transactions;
    private final Clock clock;

    DescribeBranchesHandler(TransactionCoordinator transactions, Clock clock) {
        super(OwnApi.DESCRIBE_BRANCHES);
        this.transactions = transactions;
        this.clock = clock;
    }

    @Override
    CompletionStage<BranchesAnswer> answer(RequestContext context, BranchesRequest asked) {
        // All of them or none: a manager takes what is not told for what is not there.
        return Stages.all(asked.shards().stream().map(transactions::branches).toList())
                .thenApply(shards -> new BranchesAnswer(
                        ErrorCode.NONE.code(),
                        null,
                        shards.stream()
                                .flatMap(List::stream)
                                .flatMap(found ->
                                        found.phase().branchIfAny().stream().map(branch -> describe(found, branch)))
                                .toList()));
    }

    private BranchesAnswer.Branch describe(TransactionDescription found, Branch branch) {
        return new BranchesAnswer.Branch(
                found.transactionalId(),
                found.producer().producerId(),
                found.producer().epoch(),
                branch.xid(),
                state(found.phase(), branch),
                Math.max(0, clock.wallMs() - found.changedMs()),
                List.copyOf(found.phase().partitions()));
    }

    private static byte state(TransactionPhase phase, Branch branch) {
        if (phase instanceof TransactionPhase.Ending ending) {
            return state(ending.outcome(), branch.heuristic());
        }
        return phase instanceof TransactionPhase.Ended ended
                ? state(ended.outcome(), branch.heuristic())
                : BranchesAnswer.PREPARED;
    }

    static byte state(Outcome outcome, boolean heuristic) {
        if (heuristic) {
            return outcome == Outcome.COMMIT
                    ? BranchesAnswer.HEURISTICALLY_COMMITTED
                    : BranchesAnswer.HEURISTICALLY_ROLLED_BACK;
        }
        return outcome == Outcome.COMMIT ? BranchesAnswer.COMMITTED : BranchesAnswer.ROLLED_BACK;
    }

    @Override
    BranchesAnswer refused(Throwable failure) {
        return BranchesAnswer.refused(CoordinatorErrors.codeOf(failure), failure.getMessage());
    }
}
