package org.isthmus.broker.coordinator.share;

/** The transaction whose end settles a record. */
public record Transaction(long producerId, short producerEpoch) {
    /** Whether an outcome that ends the transactions up to this identity's epoch is that of the transaction. */
    boolean isEndedBy(Transaction outcome) {
        return producerId == outcome.producerId && producerEpoch <= outcome.producerEpoch;
    }
}
