package org.isthmus.broker.coordinator.transaction;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.Xid;
import org.isthmus.broker.coordinator.Decision;
import org.isthmus.broker.coordinator.View;
import org.jspecify.annotations.Nullable;

/**
 * Decides on transactions that are branches of global ones. Stateless.
 *
 * <p>What is prepared is ended by its Xid alone, by whoever knows it: its transaction manager, in this or another process, or an administrator
 * in its place. Neither time nor a new producer ends it.
 */
final class Branches {
    private Branches() {}

    /**
     * Makes an open transaction wait for the decision of its manager, for however long that takes.
     *
     * @param named as with {@link Endings#end}
     */
    static Decision<TransactionRecord, ErrorCode> prepare(
            View<TransactionMachine> view, String id, ProducerIdentity producer, Xid xid, Set<TopicPartition> named) {
        var known = view.state().find(id);
        var refusal = Participants.refusal(known, producer);
        if (known == null || refusal != ErrorCode.NONE) {
            return Decision.answer(refusal);
        }
        if (known.phase() instanceof TransactionPhase.Prepared prepared
                && prepared.branch().xid().equals(xid)) {
            return Decision.answer(ErrorCode.NONE);
        }
        var isOpen = known.phase() instanceof TransactionPhase.Open;
        if (isReserved(known) || known.phase() instanceof TransactionPhase.Ending || (!isOpen && named.isEmpty())) {
            return Decision.answer(ErrorCode.INVALID_TXN_STATE);
        }
        var began = isOpen ? known.phase().startedMs() : view.nowMs();
        var prepared = new TransactionPhase.Prepared(
                new Branch(xid, false), Participants.union(known.phase().partitions(), named), began);
        var branch = known.in(prepared, view.nowMs()).standingBy(named);
        return Decision.of(ErrorCode.NONE, List.of(new TransactionRecord.Saved(branch)));
    }

    /**
     * Ends a prepared branch; ending it again in the same way does no harm.
     *
     * @param heuristic whether an administrator decides, so that the transaction manager is to be told
     * @param freshId a producer id that nobody had before, where one was asked for
     */
    static Decision<TransactionRecord, Step<BranchAnswer>> end(
            View<TransactionMachine> view,
            String id,
            Xid xid,
            Outcome outcome,
            boolean heuristic,
            @Nullable Long freshId) {
        var known = view.state().find(id);
        if (known == null || !isAbout(known, xid)) {
            return refuse(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND);
        }
        if (!(known.phase() instanceof TransactionPhase.Prepared prepared)) {
            return repeated(known, outcome, heuristic);
        }
        var raised = known.producer().next();
        if (raised.isSpent() && freshId == null) {
            return Decision.answer(new Step.NeedsProducerId<>());
        }
        var goesOnAs = raised.isSpent() && freshId != null ? new ProducerIdentity(freshId, (short) 0) : raised;
        var ending = new TransactionPhase.Ending(
                outcome,
                raised,
                true,
                prepared.partitions(),
                prepared.startedMs(),
                Optional.of(new Branch(xid, heuristic)));
        var decided = known.in(ending, goesOnAs, known.standing(), view.nowMs());
        return Decision.of(
                new Step.OnceSeen<>(BranchAnswer.of(decided)), List.of(new TransactionRecord.Saved(decided)));
    }

    private static Decision<TransactionRecord, Step<BranchAnswer>> repeated(
            Transaction known, Outcome outcome, boolean heuristic) {
        var decided = known.phase() instanceof TransactionPhase.Ending ending
                ? Optional.of(ending.outcome())
                : known.phase() instanceof TransactionPhase.Ended ended
                        ? Optional.of(ended.outcome())
                        : Optional.<Outcome>empty();
        var byAdministrator = isHeuristic(known);
        if (byAdministrator && !heuristic) {
            return Decision.answer(
                    new Step.Answered<>(new BranchAnswer(ErrorCode.NONE, ProducerIdentity.NONE, decided)));
        }
        if (!decided.equals(Optional.of(outcome))) {
            return refuse(ErrorCode.INVALID_TXN_STATE);
        }
        return Decision.answer(new Step.OnceSeen<>(BranchAnswer.of(known)));
    }

    /** Drops what is remembered of a branch that an administrator ended. */
    static Decision<TransactionRecord, ErrorCode> forget(View<TransactionMachine> view, String id, Xid xid) {
        var known = view.state().find(id);
        if (known == null || !isAbout(known, xid) || !isHeuristic(known)) {
            return Decision.answer(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND);
        }
        if (!(known.phase() instanceof TransactionPhase.Ended ended)) {
            return Decision.answer(ErrorCode.CONCURRENT_TRANSACTIONS);
        }
        var forgotten = known.in(new TransactionPhase.Ended(ended.outcome()), view.nowMs());
        return Decision.of(ErrorCode.NONE, List.of(new TransactionRecord.Saved(forgotten)));
    }

    /** Whether the transaction is nobody's to go on with: it waits for its manager to decide, or to hear what was decided for it. */
    static boolean isReserved(Transaction known) {
        return known.phase() instanceof TransactionPhase.Prepared || isHeuristic(known);
    }

    private static boolean isHeuristic(Transaction known) {
        return known.phase().branchIfAny().filter(Branch::heuristic).isPresent();
    }

    private static boolean isAbout(Transaction known, Xid xid) {
        return known.phase().branchIfAny().map(Branch::xid).filter(xid::equals).isPresent();
    }

    private static Decision<TransactionRecord, Step<BranchAnswer>> refuse(ErrorCode error) {
        return Decision.answer(new Step.Answered<>(BranchAnswer.refused(error)));
    }
}
