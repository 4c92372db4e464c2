package org.isthmus.broker.coordinator.delay;

/**
 * A record's place in the order in which records are moved: by time, and of those with the same time by when they began to wait.
 *
 * @param atMs when it is to be there, in milliseconds since 1970
 * @param since the offset from which on it waits: where it was first written, or where its transaction was committed
 * @param id the offset at which it was first written
 */
record Due(long atMs, long since, long id) implements Comparable<Due> {
    static final Due NOTHING = new Due(Long.MIN_VALUE, -1, -1);

    /** Of a record that waits from where it was written. */
    static Due from(long atMs, long offset) {
        return new Due(atMs, offset, offset);
    }

    @Override
    public int compareTo(Due other) {
        var byTime = Long.compare(atMs, other.atMs);
        if (byTime != 0) {
            return byTime;
        }
        var byWait = Long.compare(since, other.since);
        return byWait != 0 ? byWait : Long.compare(id, other.id);
    }

    boolean isAfter(Due other) {
        return compareTo(other) > 0;
    }
}
