package org.isthmus.broker.coordinator.share;

import java.util.List;

/**
 * What must survive of one group on one partition. Owned by the partition's loop; changed by replayed records only.
 *
 * <p>Invariant: everything below the start offset is done and the record at it is not; {@code done}, {@code returned} and {@code pending}
 * hold offsets at or above it, and none is both done and one of the others.
 */
final class ShareGroup {
    private static final int LEAST_RECORDS_PER_SNAPSHOT = 500;

    private final String id;
    private final OffsetSet done;
    private final OffsetMap<Returned> returned = new OffsetMap<>();
    private final OffsetMap<Staged> pending = new OffsetMap<>();
    private final long snapshotOffset;
    private final long waited;
    private ShareSettings settings;
    private long startOffset;
    private long archivedCount;
    private long expiredCount;
    private long recordsSinceSnapshot;

    ShareGroup(ShareRecord.GroupState state, long offset) {
        id = state.group();
        settings = state.settings();
        startOffset = state.startOffset();
        waited = state.waited();
        done = OffsetSet.of(state.done());
        state.returned().forEach(run -> returned.put(run.range(), run.value()));
        state.pending().forEach(run -> pending.put(run.range(), run.value()));
        archivedCount = state.archivedCount();
        expiredCount = state.expiredCount();
        snapshotOffset = offset;
    }

    String id() {
        return id;
    }

    ShareSettings settings() {
        return settings;
    }

    /** The first record that the group is not done with; behind the newest where it is done with all. */
    long startOffset() {
        return startOffset;
    }

    /** What waited for its time from a place below this one was sent before the group began. */
    long waited() {
        return waited;
    }

    boolean isDone(long offset) {
        return offset < startOffset || done.contains(offset);
    }

    /** What lies above the start offset and is done. */
    OffsetSet done() {
        return done;
    }

    /** What came back and waits to be delivered once more. */
    OffsetMap<Returned> returned() {
        return returned;
    }

    OffsetMap<Staged> pending() {
        return pending;
    }

    /** How often the record was delivered and came back. */
    int deliveries(long offset) {
        var run = returned.runAt(offset);
        return run == null ? 0 : run.value().deliveries();
    }

    long archivedCount() {
        return archivedCount;
    }

    long expiredCount() {
        return expiredCount;
    }

    /** The offset of the record that holds this group's whole state; older ones are not needed for it. */
    long snapshotOffset() {
        return snapshotOffset;
    }

    /** Whether replaying the group has become dearer than writing its state once more. */
    boolean wantsSnapshot() {
        return recordsSinceSnapshot
                > Math.max(LEAST_RECORDS_PER_SNAPSHOT, done.rangeCount() + returned.runCount() + pending.runCount());
    }

    ShareRecord.GroupState snapshot() {
        return new ShareRecord.GroupState(
                id,
                settings,
                startOffset,
                waited,
                done.ranges(),
                returned.runs(),
                pending.runs(),
                archivedCount,
                expiredCount);
    }

    void reconfigure(ShareSettings settings) {
        this.settings = settings;
    }

    void done(OffsetRange range, Outcome outcome) {
        if (range.last() < startOffset) {
            return;
        }
        var above = new OffsetRange(Math.max(range.first(), startOffset), range.last());
        if (outcome == Outcome.ARCHIVED) {
            archivedCount += openCount(above);
        } else if (outcome == Outcome.EXPIRED) {
            expiredCount += openCount(above);
        }
        done.add(above);
        returned.remove(above);
        pending.remove(above);
        startOffset = done.nextGap(startOffset);
        done.removeBelow(startOffset);
    }

    private long openCount(OffsetRange range) {
        return done.gaps(range).stream().mapToLong(OffsetRange::size).sum();
    }

    void givenBack(OffsetRange range, Returned count) {
        openIn(range).forEach(open -> {
            returned.put(open, count);
            pending.remove(open);
        });
    }

    void pending(OffsetRange range, Returned delivered, Staged staged) {
        openIn(range).forEach(open -> {
            returned.put(open, delivered);
            pending.put(open, staged);
        });
    }

    private List<OffsetRange> openIn(OffsetRange range) {
        return range.last() < startOffset
                ? List.of()
                : done.gaps(new OffsetRange(Math.max(range.first(), startOffset), range.last()));
    }

    void countRecord() {
        recordsSinceSnapshot++;
    }
}
