package org.isthmus.broker.coordinator.transaction;

import java.util.Optional;
import java.util.Set;
import org.isthmus.broker.common.TopicPartition;

/**
 * How far a transaction has come. What a phase needs to be finished after a crash is part of it.
 *
 * <pre>
 *   Empty ──a partition or a group joins──▶ Open ──────decided──────▶ Ending ──every marker is written──▶ Ended
 *                                           ▲ │                         ▲                                   │
 *                                           │ └─prepared─▶ Prepared ────┘ decided by its Xid                │
 *                                           └─────────────── the next transaction ──────────────────────────┘
 * </pre>
 *
 * <p>The decision is durable in Ending and never changes from there on; markers are written until all partitions have them. A branch of a
 * global transaction stands between Open and Ending, prepared, with the Xid that it belongs to, until its manager decides.
 */
public sealed interface TransactionPhase {
    /** By which administrators know it. */
    String wireName();

    /** Who takes part. */
    default Set<TopicPartition> partitions() {
        return Set.of();
    }

    /** When the transaction began, in milliseconds since 1970; −1 where there is none. */
    default long startedMs() {
        return -1;
    }

    /** The branch that it was prepared as. */
    default Optional<Branch> branchIfAny() {
        return Optional.empty();
    }

    /** The producer has its identity and nothing else yet. */
    record Empty() implements TransactionPhase {
        @Override
        public String wireName() {
            return "Empty";
        }
    }

    record Open(Set<TopicPartition> partitions, long startedMs) implements TransactionPhase {
        public Open {
            partitions = Set.copyOf(partitions);
        }

        Open with(Set<TopicPartition> more) {
            return new Open(Participants.union(partitions, more), startedMs);
        }

        @Override
        public String wireName() {
            return "Ongoing";
        }
    }

    /** Nothing but its manager's word, or an administrator's, ends it. */
    record Prepared(Branch branch, Set<TopicPartition> partitions, long startedMs) implements TransactionPhase {
        public Prepared {
            partitions = Set.copyOf(partitions);
        }

        @Override
        public Optional<Branch> branchIfAny() {
            return Optional.of(branch);
        }

        @Override
        public String wireName() {
            return "Ongoing";
        }
    }

    /**
     * The outcome is decided, and on its way to the partitions.
     *
     * @param marker the identity under which it is written
     * @param raised whether that is above the producer's, as with {@link Marker}
     */
    record Ending(
            Outcome outcome,
            ProducerIdentity marker,
            boolean raised,
            Set<TopicPartition> partitions,
            long startedMs,
            Optional<Branch> branchIfAny)
            implements TransactionPhase {
        public Ending {
            partitions = Set.copyOf(partitions);
        }

        Ending(
                Outcome outcome,
                ProducerIdentity marker,
                boolean raised,
                Set<TopicPartition> partitions,
                long startedMs) {
            this(outcome, marker, raised, partitions, startedMs, Optional.empty());
        }

        @Override
        public String wireName() {
            return outcome == Outcome.COMMIT ? "PrepareCommit" : "PrepareAbort";
        }
    }

    record Ended(Outcome outcome, Optional<Branch> branchIfAny) implements TransactionPhase {
        Ended(Outcome outcome) {
            this(outcome, Optional.empty());
        }

        @Override
        public String wireName() {
            return outcome == Outcome.COMMIT ? "CompleteCommit" : "CompleteAbort";
        }
    }
}
