package org.isthmus.broker.coordinator.share;

import java.util.List;

/**
 * How far one interest has been followed through a partition. Each distinct interest has its own, so that a member whose selector matches
 * one record in a million gets it promptly and stalls nobody. Owned by the partition's loop.
 *
 * <p>Invariant: of the records below {@code scannedTo} that the group is not done with, {@code matching} has those that the interest covers,
 * and {@code ready} those of them that may be handed out now.
 */
final class Cursor {
    private final Interest interest;
    private final OffsetSet matching = new OffsetSet();
    private final OffsetSet ready = new OffsetSet();
    private long scannedTo;

    Cursor(Interest interest, long start) {
        this.interest = interest;
        this.scannedTo = start;
    }

    Interest interest() {
        return interest;
    }

    long scannedTo() {
        return scannedTo;
    }

    /** The first offset that a scan should look at. */
    long nextToLookAt() {
        return Math.min(ready.nextMember(0), scannedTo);
    }

    boolean hasReady() {
        return !ready.isEmpty();
    }

    List<OffsetRange> readyIn(OffsetRange range) {
        return ready.within(range);
    }

    void advance(long to) {
        scannedTo = Math.max(scannedTo, to);
    }

    void found(OffsetRange range) {
        matching.add(range);
        ready.add(range);
    }

    /** Nobody may have these now. */
    void taken(OffsetRange range) {
        ready.remove(range);
    }

    /** These may be handed out again. */
    void freed(OffsetRange range) {
        matching.within(range).forEach(ready::add);
    }

    /** The group is done with these. */
    void done(OffsetRange range) {
        matching.remove(range);
        ready.remove(range);
    }
}
