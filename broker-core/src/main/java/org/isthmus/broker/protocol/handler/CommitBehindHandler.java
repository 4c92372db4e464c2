package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.transaction.EndAnswer;
import org.isthmus.broker.coordinator.transaction.Outcome;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.coordinator.transaction.TransactionCoordinator;
import org.isthmus.broker.protocol.codec.CommitAnswer;
import org.isthmus.broker.protocol.codec.CommitRequest;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.protocol.codec.OwnMessage;

/** Commits a transaction behind what was asked for on the same connection, if all of that comes about. Else it is as open as before. */
final class CommitBehindHandler implements ApiHandler<OwnMessage, OwnMessage> {
    private final TransactionCoordinator transactions;

    CommitBehindHandler(TransactionCoordinator transactions) {
        this.transactions = transactions;
    }

    @Override
    public short apiKey() {
        return OwnApi.COMMIT_BEHIND.key();
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
    public CompletionStage<OwnMessage> handle(RequestContext context, OwnMessage request) {
        var asked = OwnApi.COMMIT_BEHIND.question(request);
        return context.earlier()
                .haveComeAbout(asked.behind())
                .thenCompose(all -> all ? commit(asked) : answer(ErrorCode.OPERATION_NOT_ATTEMPTED))
                .exceptionally(failure -> new EndAnswer(CoordinatorErrors.errorOf(failure), ProducerIdentity.NONE))
                .thenApply(end -> new CommitAnswer(
                        end.error().code(),
                        end.producer().producerId(),
                        end.producer().epoch()))
                .thenApply(OwnApi.COMMIT_BEHIND::answer);
    }

    private CompletionStage<EndAnswer> commit(CommitRequest asked) {
        var producer = new ProducerIdentity(asked.producerId(), asked.producerEpoch());
        return transactions.end(asked.transactionalId(), producer, Outcome.COMMIT, true, asked.participants());
    }

    private static CompletionStage<EndAnswer> answer(ErrorCode error) {
        return CompletableFuture.completedStage(new EndAnswer(error, ProducerIdentity.NONE));
    }
}
