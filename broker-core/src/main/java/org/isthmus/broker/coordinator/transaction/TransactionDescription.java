package org.isthmus.broker.coordinator.transaction;

/**
 * A transactional id as an administrator sees it.
 *
 * @param changedMs when its phase began, in milliseconds since 1970
 */
public record TransactionDescription(
        String transactionalId, ProducerIdentity producer, int timeoutMs, TransactionPhase phase, long changedMs) {
    static TransactionDescription of(Transaction transaction) {
        return new TransactionDescription(
                transaction.id(),
                transaction.producer(),
                transaction.timeoutMs(),
                transaction.phase(),
                transaction.changedMs());
    }
}
