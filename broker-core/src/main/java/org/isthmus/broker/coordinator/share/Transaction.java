package org.isthmus.broker.coordinator.share;

/** The transaction whose end settles a record. */
public record Transaction(long producerId, short producerEpoch) {
    /** Whether an outcome that is written under this identity is that of the transaction: it may have been raised by the end. */
    boolean isEndedBy(Transaction outcome) {
        return producerId == outcome.producerId && producerEpoch <= outcome.producerEpoch;
    }
}
