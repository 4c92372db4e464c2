package org.isthmus.broker.coordinator.delay;

/** The transaction whose end decides whether a record is to wait for its time at all. */
public record StagedBy(long producerId, short producerEpoch) {
    /** Whether an outcome that is written under this identity is that of the transaction: it may have been raised by the end. */
    boolean isEndedBy(StagedBy outcome) {
        return producerId == outcome.producerId && producerEpoch <= outcome.producerEpoch;
    }
}
