package org.isthmus.broker.coordinator.transaction;

/** A transactional id as an administrator sees it. */
public record TransactionDescription(
        String transactionalId, ProducerIdentity producer, int timeoutMs, TransactionPhase phase) {
    static TransactionDescription of(Transaction transaction) {
        return new TransactionDescription(
                transaction.id(), transaction.producer(), transaction.timeoutMs(), transaction.phase());
    }
}
