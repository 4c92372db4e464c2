package org.isthmus.broker.coordinator.transaction;

/**
 * What is known of a transactional id. Never changes; a record replaces it as a whole.
 *
 * @param producer the identity that its producer has now
 * @param former the identity that it had before, by which a repeated request whose answer was lost is recognised
 * @param timeoutMs how long its transactions may stay open
 * @param changedMs when this became so, in milliseconds since 1970
 */
record Transaction(
        String id,
        ProducerIdentity producer,
        ProducerIdentity former,
        int timeoutMs,
        TransactionPhase phase,
        long changedMs) {
    Transaction begunAnew(ProducerIdentity next, int timeoutMs, long nowMs) {
        return new Transaction(id, next, producer, timeoutMs, new TransactionPhase.Empty(), nowMs);
    }

    Transaction in(TransactionPhase next, long nowMs) {
        return new Transaction(id, producer, former, timeoutMs, next, nowMs);
    }

    /** The same phase's end, after which the producer goes on under another identity. */
    Transaction in(TransactionPhase next, ProducerIdentity goesOnAs, long nowMs) {
        return new Transaction(id, goesOnAs, producer, timeoutMs, next, nowMs);
    }
}
