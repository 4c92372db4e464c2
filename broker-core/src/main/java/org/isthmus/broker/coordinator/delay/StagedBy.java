package org.isthmus.broker.coordinator.delay;

/** The transaction whose end decides whether a record is to wait for its time at all. */
public record StagedBy(long producerId, short producerEpoch) {
    /** Whether an outcome that ends the transactions up to this identity's epoch is that of the transaction. */
    boolean isEndedBy(StagedBy outcome) {
        return producerId == outcome.producerId && producerEpoch <= outcome.producerEpoch;
    }
}
