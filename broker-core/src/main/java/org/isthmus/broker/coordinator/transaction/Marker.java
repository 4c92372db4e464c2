package org.isthmus.broker.coordinator.transaction;

/**
 * A transaction's outcome, on its way to the partitions that took part.
 *
 * @param producer whose transaction it is; with a raised epoch, it fences the producer at the same time
 * @param raised whether its epoch is above that of all that it ends. What is written under the same epoch belongs to the next transaction then, and
 *     the outcome may come once more, and late, when that has begun.
 * @param coordinatorEpoch reign of the coordinator that decided
 */
public record Marker(ProducerIdentity producer, boolean raised, Outcome outcome, int coordinatorEpoch) {
    /** The last epoch of which it ends a transaction. */
    public short lastEnded() {
        return (short) (raised ? producer.epoch() - 1 : producer.epoch());
    }
}
