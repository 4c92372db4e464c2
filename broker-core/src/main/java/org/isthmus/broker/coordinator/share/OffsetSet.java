package org.isthmus.broker.coordinator.share;

import java.util.ArrayList;
import java.util.List;

/** A set of offsets, kept as ranges: memory goes with the holes in it. Used by one thread. */
final class OffsetSet {
    private final OffsetMap<Boolean> members = new OffsetMap<>();

    static OffsetSet of(Iterable<OffsetRange> ranges) {
        var set = new OffsetSet();
        ranges.forEach(set::add);
        return set;
    }

    void add(OffsetRange range) {
        members.put(range, true);
    }

    void remove(OffsetRange range) {
        members.remove(range);
    }

    /** Takes out every offset below this one. */
    void removeBelow(long offset) {
        if (offset > 0) {
            members.remove(new OffsetRange(0, offset - 1));
        }
    }

    boolean contains(long offset) {
        return members.runAt(offset) != null;
    }

    /** The first offset at or behind the given one that is not in the set. */
    long nextGap(long offset) {
        var run = members.runAt(offset);
        return run == null ? offset : run.range().last() + 1;
    }

    /** The first offset at or behind the given one that is in the set; {@link Long#MAX_VALUE} where there is none. */
    long nextMember(long offset) {
        var run = members.runFrom(offset);
        return run == null ? Long.MAX_VALUE : Math.max(offset, run.range().first());
    }

    /** What of the range is in the set, in order. */
    List<OffsetRange> within(OffsetRange range) {
        var ranges = new ArrayList<OffsetRange>();
        members.within(range).forEach(run -> ranges.add(run.range()));
        return ranges;
    }

    /** What of the range is not in the set, in order. */
    List<OffsetRange> gaps(OffsetRange range) {
        var ranges = new ArrayList<OffsetRange>();
        var next = range.first();
        for (var run : members.within(range)) {
            if (run.range().first() > next) {
                ranges.add(new OffsetRange(next, run.range().first() - 1));
            }
            next = run.range().last() + 1;
        }
        if (next <= range.last()) {
            ranges.add(new OffsetRange(next, range.last()));
        }
        return ranges;
    }

    List<OffsetRange> ranges() {
        var ranges = new ArrayList<OffsetRange>();
        members.runs().forEach(run -> ranges.add(run.range()));
        return ranges;
    }

    int rangeCount() {
        return members.runCount();
    }

    long size() {
        return members.size();
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    void clear() {
        members.clear();
    }
}
