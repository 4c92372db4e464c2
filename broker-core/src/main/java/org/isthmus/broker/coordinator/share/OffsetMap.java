package org.isthmus.broker.coordinator.share;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Values by offset, kept as runs of equal value, so that memory goes with the number of changes along the log and not with the number of
 * offsets. Invariant: runs do not overlap, and neighbours that touch differ in value. Used by one thread.
 *
 * @param <V> values, with equality
 */
final class OffsetMap<V> {
    /** Offsets in a row that have one value. */
    record Run<V>(OffsetRange range, V value) {}

    private final TreeMap<Long, Run<V>> byFirst = new TreeMap<>();
    private long size;

    /** Gives every offset of the range this value, whatever it had. */
    void put(OffsetRange range, V value) {
        remove(range);
        var first = range.first();
        var last = range.last();
        var before = byFirst.lowerEntry(first);
        if (before != null && joins(before.getValue(), first - 1, value)) {
            byFirst.remove(before.getKey());
            first = before.getKey();
        }
        var after = byFirst.get(last + 1);
        if (after != null && after.value().equals(value)) {
            byFirst.remove(last + 1);
            last = after.range().last();
        }
        set(first, last, value);
        size += range.size();
    }

    private boolean joins(Run<V> before, long last, V value) {
        return before.range().last() == last && before.value().equals(value);
    }

    /** Takes the value from every offset of the range that has one. */
    void remove(OffsetRange range) {
        for (var run : within(range)) {
            size -= run.range().size();
        }
        var before = byFirst.lowerEntry(range.first());
        if (before != null && before.getValue().range().last() >= range.first()) {
            var cut = before.getValue();
            set(cut.range().first(), range.first() - 1, cut.value());
            if (cut.range().last() > range.last()) {
                set(range.last() + 1, cut.range().last(), cut.value());
                return;
            }
        }
        var inside = byFirst.subMap(range.first(), true, range.last(), true);
        var lastInside = inside.isEmpty() ? null : inside.lastEntry().getValue();
        inside.clear();
        if (lastInside != null && lastInside.range().last() > range.last()) {
            set(range.last() + 1, lastInside.range().last(), lastInside.value());
        }
    }

    private void set(long first, long last, V value) {
        byFirst.put(first, new Run<>(new OffsetRange(first, last), value));
    }

    /** The run that holds the offset. */
    @Nullable
    Run<V> runAt(long offset) {
        var floor = byFirst.floorEntry(offset);
        return floor != null && floor.getValue().range().last() >= offset ? floor.getValue() : null;
    }

    /** The first run that ends at or behind the offset. */
    @Nullable
    Run<V> runFrom(long offset) {
        var here = runAt(offset);
        if (here != null) {
            return here;
        }
        var next = byFirst.higherEntry(offset);
        return next == null ? null : next.getValue();
    }

    /** The runs inside the range, cut to it, in order. */
    List<Run<V>> within(OffsetRange range) {
        var runs = new ArrayList<Run<V>>();
        for (var run = runFrom(range.first()); run != null && run.range().first() <= range.last(); ) {
            var first = Math.max(run.range().first(), range.first());
            var last = Math.min(run.range().last(), range.last());
            runs.add(new Run<>(new OffsetRange(first, last), run.value()));
            var next = byFirst.higherEntry(run.range().first());
            run = next == null ? null : next.getValue();
        }
        return runs;
    }

    boolean hasAny(Predicate<V> wanted) {
        return byFirst.values().stream().anyMatch(run -> wanted.test(run.value()));
    }

    /** All runs as they are now, in order. */
    List<Run<V>> runs() {
        return List.copyOf(byFirst.values());
    }

    int runCount() {
        return byFirst.size();
    }

    /** How many offsets have a value. */
    long size() {
        return size;
    }

    boolean isEmpty() {
        return byFirst.isEmpty();
    }

    void clear() {
        byFirst.clear();
        size = 0;
    }
}
