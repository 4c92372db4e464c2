package org.isthmus.broker.coordinator.transaction;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.Decision;
import org.isthmus.broker.coordinator.View;
import org.jspecify.annotations.Nullable;

/** Decides on which partitions take part in a transaction. The first one begins it. Stateless. */
final class Participants {
    private Participants() {}

    static Decision<TransactionRecord, Step<ErrorCode>> add(
            View<TransactionMachine> view, String id, ProducerIdentity producer, Set<TopicPartition> partitions) {
        var known = view.state().find(id);
        var refusal = refusal(known, producer);
        if (known == null || refusal != ErrorCode.NONE) {
            return Decision.answer(new Step.Answered<>(refusal));
        }
        if (known.phase() instanceof TransactionPhase.Ending) {
            return Decision.answer(new Step.AgainAfterEnd<>());
        }
        if (Branches.isReserved(known)) {
            return Decision.answer(new Step.Answered<>(ErrorCode.INVALID_TXN_STATE));
        }
        var open = known.phase() instanceof TransactionPhase.Open already
                ? already.with(partitions)
                : new TransactionPhase.Open(partitions, view.nowMs());
        return Decision.of(
                new Step.Answered<>(ErrorCode.NONE),
                open.equals(known.phase())
                        ? List.of()
                        : List.of(new TransactionRecord.Saved(known.in(open, view.nowMs()))));
    }

    /** Whether the producer's open transaction has these partitions already. */
    static ErrorCode verify(@Nullable Transaction known, ProducerIdentity producer, Set<TopicPartition> partitions) {
        var refusal = refusal(known, producer);
        if (known == null || refusal != ErrorCode.NONE) {
            return refusal;
        }
        if (known.phase() instanceof TransactionPhase.Ending) {
            return ErrorCode.CONCURRENT_TRANSACTIONS;
        }
        return known.phase() instanceof TransactionPhase.Open open
                        && open.partitions().containsAll(partitions)
                ? ErrorCode.NONE
                : ErrorCode.INVALID_TXN_STATE;
    }

    /** Whether these may join the producer's transaction, or one that they begin, before that is committed. */
    static boolean areStanding(@Nullable Transaction known, ProducerIdentity producer, Set<TopicPartition> partitions) {
        return known != null
                && refusal(known, producer) == ErrorCode.NONE
                && !(known.phase() instanceof TransactionPhase.Ending)
                && !Branches.isReserved(known)
                && known.standing().containsAll(partitions);
    }

    /** Whether a transaction may be open although this, as it was loaded, does not say so. */
    static boolean mayBeUnknown(Transaction loaded) {
        var isIdle =
                loaded.phase() instanceof TransactionPhase.Empty || loaded.phase() instanceof TransactionPhase.Ended;
        return isIdle && !Branches.isReserved(loaded) && !loaded.standing().isEmpty();
    }

    static Set<TopicPartition> union(Set<TopicPartition> some, Set<TopicPartition> more) {
        var all = new HashSet<>(some);
        all.addAll(more);
        return all;
    }

    /** Why this producer has no say in the transaction; {@code NONE} where it has. */
    static ErrorCode refusal(@Nullable Transaction known, ProducerIdentity producer) {
        if (known == null || known.producer().producerId() != producer.producerId()) {
            return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
        }
        return known.producer().epoch() == producer.epoch() ? ErrorCode.NONE : ErrorCode.PRODUCER_FENCED;
    }
}
