package org.isthmus.broker.coordinator.transaction;

import java.util.List;
import java.util.Set;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.Decision;
import org.isthmus.broker.coordinator.View;
import org.jspecify.annotations.Nullable;

/**
 * Decides how transactions end. Stateless.
 *
 * <p>A producer that raises its epoch with every transaction (KIP-890) cannot reach into the next one with a request that was late; one that
 * keeps it is as safe as before.
 */
final class Endings {
    private Endings() {}

    /**
     * @param raisesEpoch whether the producer takes a new identity from the answer
     * @param named who took part as the producer knows, be it known here or lost; they stand for its next transaction too
     * @param freshId a producer id that nobody had before, where one was asked for
     */
    static Decision<TransactionRecord, Step<EndAnswer>> end(
            View<TransactionMachine> view,
            String id,
            ProducerIdentity producer,
            Outcome outcome,
            boolean raisesEpoch,
            Set<TopicPartition> named,
            @Nullable Long freshId) {
        var known = view.state().find(id);
        if (known == null) {
            return refuse(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
        }
        if (isRepeated(known, producer, raisesEpoch)) {
            return repeated(known, outcome);
        }
        if (known.producer().producerId() != producer.producerId()) {
            return refuse(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
        }
        if (known.producer().epoch() != producer.epoch()) {
            return refuse(ErrorCode.PRODUCER_FENCED);
        }
        if (Branches.isReserved(known)) {
            return refuse(ErrorCode.INVALID_TXN_STATE);
        }
        return raisesEpoch
                ? endRaising(known, outcome, named, freshId, view.nowMs())
                : endKeeping(known, outcome, view.nowMs());
    }

    /**
     * Ends an open transaction whose producer must not go on. Its epoch is raised, so that it finds out wherever it writes; and it is not
     * remembered, so that nothing that it asks for is taken for a repetition. Whoever stands is told as well: that they joined may be lost.
     */
    static TransactionRecord fence(Transaction open, long nowMs) {
        var raised = open.producer().next();
        return new TransactionRecord.Saved(new Transaction(
                open.id(),
                raised,
                ProducerIdentity.NONE,
                open.timeoutMs(),
                ending(open, Outcome.ABORT, raised, open.standing()),
                Set.of(),
                nowMs));
    }

    /** Aborts a transaction whose time is over; answers whether it is still open. */
    static Decision<TransactionRecord, Boolean> timeOut(View<TransactionMachine> view, String id) {
        var known = view.state().find(id);
        return known != null && known.phase() instanceof TransactionPhase.Open
                ? Decision.of(true, List.of(fence(known, view.nowMs())))
                : Decision.answer(false);
    }

    /**
     * Ends what may be open under an identity although nothing here says so, where its producer was not heard of since a leader found it like
     * this; answers whether it was.
     */
    static Decision<TransactionRecord, Boolean> settle(View<TransactionMachine> view, Transaction found) {
        var known = view.state().find(found.id());
        return found.equals(known) ? Decision.of(true, List.of(fence(found, view.nowMs()))) : Decision.answer(false);
    }

    /** All partitions have the outcome. */
    static Decision<TransactionRecord, Boolean> complete(View<TransactionMachine> view, String id) {
        var known = view.state().find(id);
        if (known == null || !(known.phase() instanceof TransactionPhase.Ending ending)) {
            return Decision.answer(false);
        }
        var ended = known.in(new TransactionPhase.Ended(ending.outcome(), ending.branchIfAny()), view.nowMs());
        return Decision.of(true, List.of(new TransactionRecord.Saved(ended)));
    }

    /** Whether this producer asked for the same before, and its identity was raised by that. */
    private static boolean isRepeated(Transaction known, ProducerIdentity producer, boolean raisesEpoch) {
        return raisesEpoch
                && producer.equals(known.former())
                && !producer.equals(known.producer())
                && (known.phase() instanceof TransactionPhase.Ending
                        || known.phase() instanceof TransactionPhase.Ended);
    }

    private static Decision<TransactionRecord, Step<EndAnswer>> repeated(Transaction known, Outcome outcome) {
        if (known.phase() instanceof TransactionPhase.Ending ending) {
            return ending.outcome() == outcome ? onceSeen(known) : refuse(ErrorCode.PRODUCER_FENCED);
        }
        return known.phase() instanceof TransactionPhase.Ended ended && ended.outcome() == outcome
                ? answer(known)
                : refuse(ErrorCode.PRODUCER_FENCED);
    }

    private static Decision<TransactionRecord, Step<EndAnswer>> endKeeping(
            Transaction known, Outcome outcome, long nowMs) {
        if (known.phase() instanceof TransactionPhase.Open) {
            return decided(known.in(ending(known, outcome, known.producer(), Set.of()), nowMs));
        }
        if (known.phase() instanceof TransactionPhase.Ending ending && ending.outcome() == outcome) {
            return onceSeen(known);
        }
        return known.phase() instanceof TransactionPhase.Ended ended && ended.outcome() == outcome
                ? answer(known)
                : refuse(ErrorCode.INVALID_TXN_STATE);
    }

    private static Decision<TransactionRecord, Step<EndAnswer>> endRaising(
            Transaction known, Outcome outcome, Set<TopicPartition> named, @Nullable Long freshId, long nowMs) {
        if (known.phase() instanceof TransactionPhase.Ending) {
            return Decision.answer(new Step.AgainAfterEnd<>());
        }
        var isOpen = known.phase() instanceof TransactionPhase.Open || !named.isEmpty();
        if (!isOpen && outcome == Outcome.COMMIT) {
            return refuse(ErrorCode.INVALID_TXN_STATE);
        }
        var raised = known.producer().next();
        var goesOnAs = raised;
        if (raised.isSpent()) {
            if (freshId == null) {
                return Decision.answer(new Step.NeedsProducerId<>());
            }
            goesOnAs = new ProducerIdentity(freshId, (short) 0);
        }
        if (isOpen) {
            return decided(known.in(ending(known, outcome, raised, named), goesOnAs, named, nowMs));
        }
        // An abort of nothing: the producer is unsure what became of its last request, and raising its epoch makes it
        // sure.
        var ended = known.in(new TransactionPhase.Ended(Outcome.ABORT), goesOnAs, Set.of(), nowMs);
        return Decision.of(
                new Step.Answered<>(new EndAnswer(ErrorCode.NONE, goesOnAs)),
                List.of(new TransactionRecord.Saved(ended)));
    }

    private static TransactionPhase.Ending ending(
            Transaction open, Outcome outcome, ProducerIdentity marker, Set<TopicPartition> more) {
        return new TransactionPhase.Ending(
                outcome,
                marker,
                !marker.equals(open.producer()),
                Participants.union(open.phase().partitions(), more),
                open.phase().startedMs());
    }

    private static Decision<TransactionRecord, Step<EndAnswer>> decided(Transaction ending) {
        return Decision.of(
                new Step.OnceSeen<>(new EndAnswer(ErrorCode.NONE, ending.producer())),
                List.of(new TransactionRecord.Saved(ending)));
    }

    private static Decision<TransactionRecord, Step<EndAnswer>> onceSeen(Transaction ending) {
        return Decision.answer(new Step.OnceSeen<>(new EndAnswer(ErrorCode.NONE, ending.producer())));
    }

    private static Decision<TransactionRecord, Step<EndAnswer>> answer(Transaction ended) {
        return Decision.answer(new Step.Answered<>(new EndAnswer(ErrorCode.NONE, ended.producer())));
    }

    private static Decision<TransactionRecord, Step<EndAnswer>> refuse(ErrorCode error) {
        return Decision.answer(new Step.Answered<>(EndAnswer.refused(error)));
    }
}
