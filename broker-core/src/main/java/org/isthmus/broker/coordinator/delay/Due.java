package org.isthmus.broker.coordinator.delay;

/**
 * A record's place in the order in which records are moved: by time, and of those with the same time the older first.
 *
 * @param atMs when it is to be there, in milliseconds since 1970
 * @param id the offset at which it was first written
 */
record Due(long atMs, long id) implements Comparable<Due> {
    static final Due NOTHING = new Due(Long.MIN_VALUE, -1);

    @Override
    public int compareTo(Due other) {
        var byTime = Long.compare(atMs, other.atMs);
        return byTime != 0 ? byTime : Long.compare(id, other.id);
    }

    boolean isAfter(Due other) {
        return compareTo(other) > 0;
    }
}
