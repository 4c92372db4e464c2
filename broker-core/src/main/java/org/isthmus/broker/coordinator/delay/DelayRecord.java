package org.isthmus.broker.coordinator.delay;

import org.isthmus.broker.coordinator.Bytes;

/** What happened to the delayed records of one partition. */
sealed interface DelayRecord {
    void replayOn(DelayMachine machine, long offset);

    /** Changes what waits. */
    sealed interface OfBacklog extends DelayRecord {
        /** What there is to say to a backlog, which is small. */
        Backlog.News news(long offset);

        @Override
        default void replayOn(DelayMachine machine, long offset) {
            machine.heard(news(offset));
        }
    }

    /** Has a record of the partition in it. */
    sealed interface Holding extends OfBacklog {
        /** It alone, as its producer made it. */
        Bytes batch();
    }

    /**
     * A record waits.
     *
     * @param due with the id −1 where the record is written for the first time, at the offset that is its id
     */
    record Waiting(Due due, Bytes batch) implements Holding {
        static Waiting first(Delayed delayed) {
            return new Waiting(Due.from(delayed.atMs(), -1), delayed.batch());
        }

        @Override
        public Backlog.News news(long offset) {
            var known = due.id() < 0 ? Due.from(due.atMs(), offset) : due;
            var place = new Place(offset, batch.length());
            return (backlog, moved) -> backlog.waiting(known, place, moved);
        }
    }

    /** A record will wait if a transaction commits. */
    record Staged(StagedBy by, long atMs, Bytes batch) implements Holding {
        @Override
        public Backlog.News news(long offset) {
            var transaction = by;
            var time = atMs;
            var place = new Place(offset, batch.length());
            return (backlog, moved) -> backlog.staged(transaction, time, place);
        }
    }

    /**
     * A transaction has ended, and all before it of its producer.
     *
     * @param notBeforeMs what was due earlier waits until then: records are moved in the order of their times, and this is how far that was
     */
    record Ended(StagedBy outcome, boolean committed, long notBeforeMs) implements OfBacklog {
        @Override
        public Backlog.News news(long offset) {
            return (backlog, moved) -> backlog.ended(this, offset, moved);
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
