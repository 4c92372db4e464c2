package org.isthmus.broker.coordinator.transaction;

import java.util.List;
import java.util.Set;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.Decision;
import org.isthmus.broker.coordinator.View;
import org.jspecify.annotations.Nullable;

/** Decides on who a transactional id's producer is. Stateless. */
final class Producers {
    private Producers() {}

    /**
     * Gives the producer of a transactional id its identity. Whoever had one before is fenced by it, and what it left open is aborted
     * first.
     *
     * @param believed the identity that the producer believes to have, or {@link ProducerIdentity#NONE}
     * @param freshId a producer id that nobody had before, where one was asked for
     */
    static Decision<TransactionRecord, Step<InitAnswer>> init(
            View<TransactionMachine> view,
            String id,
            int timeoutMs,
            ProducerIdentity believed,
            @Nullable Long freshId) {
        var known = view.state().find(id);
        if (known == null) {
            return freshId == null
                    ? Decision.answer(new Step.NeedsProducerId<>())
                    : give(first(id, new ProducerIdentity(freshId, (short) 0), timeoutMs, view.nowMs()));
        }
        if (!believed.equals(ProducerIdentity.NONE)
                && !believed.equals(known.producer())
                && !believed.equals(known.former())) {
            return Decision.answer(new Step.Answered<>(InitAnswer.refused(ErrorCode.PRODUCER_FENCED)));
        }
        if (known.phase() instanceof TransactionPhase.Ending) {
            return Decision.answer(new Step.AgainAfterEnd<>());
        }
        if (Branches.isReserved(known)) {
            return Decision.answer(new Step.Answered<>(InitAnswer.refused(ErrorCode.CONCURRENT_TRANSACTIONS)));
        }
        // Who owns the identity knows that nothing is open; of another one cannot be sure.
        var mayBeOpen = !known.standing().isEmpty() && !believed.equals(known.producer());
        if (known.phase() instanceof TransactionPhase.Open || mayBeOpen) {
            return Decision.of(new Step.AgainAfterEnd<>(), List.of(Endings.fence(known, view.nowMs())));
        }
        if (known.phase() instanceof TransactionPhase.Empty && believed.equals(known.former()) && isGiven(believed)) {
            // The answer to the same request was lost: giving another epoch would fence nobody but the asker.
            return Decision.answer(new Step.Answered<>(new InitAnswer(ErrorCode.NONE, known.producer())));
        }
        return next(known, timeoutMs, freshId, view.nowMs());
    }

    private static boolean isGiven(ProducerIdentity identity) {
        return !identity.equals(ProducerIdentity.NONE);
    }

    private static Decision<TransactionRecord, Step<InitAnswer>> next(
            Transaction known, int timeoutMs, @Nullable Long freshId, long nowMs) {
        if (!known.producer().isSpent()) {
            return give(known.begunAnew(known.producer().next(), timeoutMs, nowMs));
        }
        return freshId == null
                ? Decision.answer(new Step.NeedsProducerId<>())
                : give(known.begunAnew(new ProducerIdentity(freshId, (short) 0), timeoutMs, nowMs));
    }

    private static Transaction first(String id, ProducerIdentity producer, int timeoutMs, long nowMs) {
        return new Transaction(
                id, producer, ProducerIdentity.NONE, timeoutMs, new TransactionPhase.Empty(), Set.of(), nowMs);
    }

    private static Decision<TransactionRecord, Step<InitAnswer>> give(Transaction transaction) {
        return Decision.of(
                new Step.Answered<>(new InitAnswer(ErrorCode.NONE, transaction.producer())),
                List.of(new TransactionRecord.Saved(transaction)));
    }
}
