package org.isthmus.broker.coordinator.share;

/**
 * What is said of a record inside a transaction, and holds once that commits.
 *
 * @param rejected whether it can never be processed; else it is
 */
record Staged(Transaction transaction, boolean rejected) {}
