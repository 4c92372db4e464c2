package org.isthmus.broker.protocol.handler;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.DiskOrder;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.transaction.EndAnswer;
import org.isthmus.broker.coordinator.transaction.Outcome;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.coordinator.transaction.TransactionCoordinator;
import org.isthmus.broker.protocol.codec.CommitAnswer;
import org.isthmus.broker.protocol.codec.CommitRequest;
import org.isthmus.broker.protocol.codec.OwnApi;

/** Commits a transaction behind what was asked for on the same connection, if all of that comes about. Else it is as open as before. */
final class CommitBehindHandler extends OwnApiHandler<CommitRequest, CommitAnswer> {
    private static final CommitAnswer NOT_ATTEMPTED = refusal(ErrorCode.OPERATION_NOT_ATTEMPTED);

    private final TransactionCoordinator transactions;

    CommitBehindHandler(TransactionCoordinator transactions) {
        super(OwnApi.COMMIT_BEHIND);
        this.transactions = transactions;
    }

    @Override
    CompletionStage<CommitAnswer> answer(RequestContext context, CommitRequest asked) {
        context.earlier().leaveWithThis(asked.behind());
        var comeAbout = context.earlier().haveComeAbout(asked.behind());
        return context.earlier()
                .diskOrder(asked.behind())
                .thenCompose(order -> commitBehind(asked, order))
                .thenCompose(end -> end.isPresent()
                        ? CompletableFuture.completedStage(answer(end.get()))
                        : comeAbout.thenCompose(
                                all -> all ? commit(asked) : CompletableFuture.completedStage(NOT_ATTEMPTED)));
    }

    /** Commits before the disk has what is committed, where the disk gets that first; empty where that is not so. */
    private CompletionStage<Optional<EndAnswer>> commitBehind(CommitRequest asked, Optional<DiskOrder> order) {
        return order.isEmpty()
                ? CompletableFuture.completedStage(Optional.empty())
                : transactions.commitBehind(
                        order.get(), asked.transactionalId(), producer(asked), asked.participants());
    }

    private CompletionStage<CommitAnswer> commit(CommitRequest asked) {
        return transactions
                .end(asked.transactionalId(), producer(asked), Outcome.COMMIT, true, asked.participants())
                .thenApply(CommitBehindHandler::answer);
    }

    private static ProducerIdentity producer(CommitRequest asked) {
        return new ProducerIdentity(asked.producerId(), asked.producerEpoch());
    }

    private static CommitAnswer answer(EndAnswer end) {
        return new CommitAnswer(
                end.error().code(), end.producer().producerId(), end.producer().epoch());
    }

    @Override
    CommitAnswer refused(Throwable failure) {
        return refusal(CoordinatorErrors.errorOf(failure));
    }

    private static CommitAnswer refusal(ErrorCode error) {
        return new CommitAnswer(error.code(), ProducerIdentity.NONE.producerId(), ProducerIdentity.NONE.epoch());
    }
}
