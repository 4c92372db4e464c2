package org.isthmus.broker.coordinator.transaction;

import java.util.HashSet;
import java.util.Set;
import org.isthmus.broker.common.TopicPartition;

/**
 * How far a transaction has come. What a phase needs to be finished after a crash is part of it.
 *
 * <pre>
 *            a partition or a group joins                  decided                      every marker is written
 *   Empty ───────────────────────────────▶ Open ───────────────────────▶ Ending ──────────────────────────────▶ Ended
 *                                            ▲                                                                    │
 *                                            └──────────────────── the next transaction ──────────────────────────┘
 * </pre>
 *
 * <p>The decision is durable in Ending and never changes from there on; markers are written until all partitions have them. A branch of a
 * global transaction will stand between Open and Ending, prepared, with the Xid that it belongs to.
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
            var all = new HashSet<>(partitions);
            all.addAll(more);
            return new Open(all, startedMs);
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
     */
    record Ending(Outcome outcome, ProducerIdentity marker, Set<TopicPartition> partitions, long startedMs)
            implements TransactionPhase {
        public Ending {
            partitions = Set.copyOf(partitions);
        }

        @Override
        public String wireName() {
            return outcome == Outcome.COMMIT ? "PrepareCommit" : "PrepareAbort";
        }
    }

    record Ended(Outcome outcome) implements TransactionPhase {
        @Override
        public String wireName() {
            return outcome == Outcome.COMMIT ? "CompleteCommit" : "CompleteAbort";
        }
    }
}
