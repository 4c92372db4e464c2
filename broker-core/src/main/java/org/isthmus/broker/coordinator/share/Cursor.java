package org.isthmus.broker.coordinator.share;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far one interest has been followed through a partition. Each distinct interest has its own, so that a member whose selector matches
 * one record in a million gets it promptly and stalls nobody. Owned by the partition's loop.
 *
 * <p>Invariant: of the records below {@code scannedTo} that the group is not done with, {@code matching} has those that the interest covers,
 * and {@code ready} those of them that may be handed out now; but what a transaction wrote is in {@code undecided} until its end was seen,
 * and then in {@code decided} until it was looked at once more.
 */
final class Cursor {
    private final Interest interest;
    private final OffsetSet matching = new OffsetSet();
    private final OffsetSet ready = new OffsetSet();
    private final Map<Long, OffsetSet> undecided = new HashMap<>();
    private final OffsetSet decided = new OffsetSet();
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
        return Math.min(Math.min(ready.nextMember(0), decided.nextMember(0)), scannedTo);
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

    /** What this producer wrote here waits for the end of its transaction. */
    void undecided(long producerId, OffsetRange range) {
        undecided.computeIfAbsent(producerId, unused -> new OffsetSet()).add(range);
    }

    /** The producer's transaction has ended: what it wrote is to be looked at again. */
    void decided(long producerId) {
        var ranges = undecided.remove(producerId);
        if (ranges != null) {
            ranges.ranges().forEach(decided::add);
        }
    }

    /** What was undecided is to be looked at again, as far as the log does not have it any more. */
    void lost(long below) {
        if (below > 0) {
            var gone = new OffsetRange(0, below - 1);
            undecided.values().forEach(ranges -> {
                ranges.within(gone).forEach(decided::add);
                ranges.remove(gone);
            });
            undecided.values().removeIf(OffsetSet::isEmpty);
        }
    }

    boolean isDecidedBefore(long offset) {
        return decided.nextMember(0) < offset;
    }

    /** What of the range was to be looked at again, which it is now. */
    List<OffsetRange> takeDecided(OffsetRange range) {
        var due = decided.within(range);
        decided.remove(range);
        return due;
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
        decided.remove(range);
        undecided.values().forEach(ranges -> ranges.remove(range));
    }
}
