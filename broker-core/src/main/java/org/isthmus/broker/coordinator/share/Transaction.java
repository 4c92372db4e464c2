package org.isthmus.broker.coordinator.share;

/** The transaction whose end settles a record. */
public record Transaction(long producerId, short producerEpoch) {}
