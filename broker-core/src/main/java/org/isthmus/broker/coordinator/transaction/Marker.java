package org.isthmus.broker.coordinator.transaction;

/**
 * A transaction's outcome, on its way to the partitions that took part.
 *
 * @param producer whose transaction it is; with a raised epoch, it fences the producer at the same time
 * @param coordinatorEpoch reign of the coordinator that decided
 */
public record Marker(ProducerIdentity producer, Outcome outcome, int coordinatorEpoch) {}
