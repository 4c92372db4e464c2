package org.isthmus.broker.coordinator.delay;

import org.isthmus.broker.coordinator.Bytes;

/** What happened to the delayed records of one partition. */
sealed interface DelayRecord {
    void replayOn(DelayMachine machine, long offset);

    /**
     * A record waits.
     *
     * @param due with the id −1 where the record is written for the first time, at the offset that is its id
     * @param batch it alone, as its producer made it
     */
    record Waiting(Due due, Bytes batch) implements DelayRecord {
        @Override
        public void replayOn(DelayMachine machine, long offset) {
            machine.waiting(due.id() < 0 ? new Due(due.atMs(), offset) : due, new Place(offset, batch.length()));
        }
    }

    /**
     * All that waits up to a place is being appended to the partition, as one batch of this producer: a second attempt is recognised there.
     */
    record Moving(Due upTo, long producerId, int sequence) implements DelayRecord {
        @Override
        public void replayOn(DelayMachine machine, long offset) {
            machine.moving(this);
        }
    }

    /** All that waited up to a place has been appended. Holds the whole state but for what waits. */
    record Moved(Due upTo, long producerId, int nextSequence) implements DelayRecord {
        @Override
        public void replayOn(DelayMachine machine, long offset) {
            machine.moved(this, offset);
        }
    }
}
