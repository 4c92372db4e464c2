package org.isthmus.broker.coordinator.transaction;

/** A change of a transactional id: what is known of it now, or that nothing is. */
sealed interface TransactionRecord {
    record Saved(Transaction transaction) implements TransactionRecord {}

    record Forgotten(String transactionalId) implements TransactionRecord {}
}
