package org.isthmus.broker.protocol.handler;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.message.ListTransactionsResponseData.TransactionState;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.BoundedPattern;
import org.isthmus.broker.coordinator.transaction.TransactionCoordinator;
import org.isthmus.broker.coordinator.transaction.TransactionDescription;
import org.isthmus.broker.runtime.Clock;

/** ListTransactions: the transactional ids whose coordinator is this broker. */
final class ListTransactionsHandler implements ApiHandler<ListTransactionsRequestData, ListTransactionsResponseData> {
    private static final Set<String> STATES =
            Set.of("Empty", "Ongoing", "PrepareCommit", "PrepareAbort", "CompleteCommit", "CompleteAbort", "Dead");

    private final TransactionCoordinator transactions;
    private final Clock clock;

    ListTransactionsHandler(TransactionCoordinator transactions, Clock clock) {
        this.transactions = transactions;
        this.clock = clock;
    }

    @Override
    public short apiKey() {
        return 66;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public CompletionStage<ListTransactionsResponseData> handle(
            RequestContext context, ListTransactionsRequestData request) {
        Pattern pattern;
        try {
            pattern = BoundedPattern.compile(
                    request.transactionalIdPattern() == null ? "" : request.transactionalIdPattern());
        } catch (PatternSyntaxException e) {
            return CompletableFuture.completedStage(refused(ErrorCode.INVALID_REGULAR_EXPRESSION));
        }
        var unknown = request.stateFilters().stream()
                .filter(state -> !STATES.contains(state))
                .toList();
        return transactions
                .list()
                .thenApply(all -> new ListTransactionsResponseData()
                        .setUnknownStateFilters(unknown)
                        .setTransactionStates(listed(all, request, pattern)))
                .exceptionally(failure -> refused(CoordinatorErrors.errorOf(failure)));
    }

    private List<TransactionState> listed(
            List<TransactionDescription> all, ListTransactionsRequestData request, Pattern pattern) {
        var nowMs = clock.wallMs();
        return all.stream()
                .filter(found -> pattern.pattern().isEmpty()
                        || pattern.matcher(found.transactionalId()).matches())
                .filter(found -> request.stateFilters().isEmpty()
                        || request.stateFilters().contains(found.phase().wireName()))
                .filter(found -> request.producerIdFilters().isEmpty()
                        || request.producerIdFilters().contains(found.producer().producerId()))
                .filter(found -> request.durationFilter() < 0
                        || (found.phase().startedMs() >= 0
                                && nowMs - found.phase().startedMs() > request.durationFilter()))
                .map(found -> new TransactionState()
                        .setTransactionalId(found.transactionalId())
                        .setProducerId(found.producer().producerId())
                        .setTransactionState(found.phase().wireName()))
                .toList();
    }

    private static ListTransactionsResponseData refused(ErrorCode error) {
        return new ListTransactionsResponseData().setErrorCode(error.code());
    }
}
