package org.isthmus.broker.coordinator.transaction;

import java.util.Set;
import org.isthmus.broker.common.TopicPartition;

/**
 * What is known of a transactional id. Never changes; a record replaces it as a whole.
 *
 * @param producer the identity that its producer has now
 * @param former the identity that it had before, by which a repeated request whose answer was lost is recognised
 * @param timeoutMs how long its transactions may stay open
 * @param standing at whom a transaction of this identity may be open although nothing here says so: when they join, that is answered before it
 *     is committed, and may be lost
 * @param changedMs when this became so, in milliseconds since 1970
 */
record Transaction(
        String id,
        ProducerIdentity producer,
        ProducerIdentity former,
        int timeoutMs,
        TransactionPhase phase,
        Set<TopicPartition> standing,
        long changedMs) {
    Transaction {
        standing = Set.copyOf(standing);
    }

    Transaction begunAnew(ProducerIdentity next, int timeoutMs, long nowMs) {
        return new Transaction(id, next, producer, timeoutMs, new TransactionPhase.Empty(), Set.of(), nowMs);
    }

    Transaction in(TransactionPhase next, long nowMs) {
        return new Transaction(id, producer, former, timeoutMs, next, standing, nowMs);
    }

    Transaction standingBy(Set<TopicPartition> nextStanding) {
        return new Transaction(id, producer, former, timeoutMs, phase, nextStanding, changedMs);
    }

    /** The same phase's end, after which the producer goes on under another identity. */
    Transaction in(TransactionPhase next, ProducerIdentity goesOnAs, Set<TopicPartition> nextStanding, long nowMs) {
        return new Transaction(id, goesOnAs, producer, timeoutMs, next, nextStanding, nowMs);
    }
}
