package org.isthmus.broker.coordinator.share;

import java.util.Comparator;
import java.util.TreeMap;

/** Which of the ready records of a stretch go first: the higher priority, and within one the older. */
final class Urgency {
    private Urgency() {}

    static OffsetSet first(Stretch stretch, Cursor cursor, long most) {
        var byPriority = new TreeMap<Integer, OffsetSet>(Comparator.reverseOrder());
        for (var piece : stretch.pieces()) {
            var usual = OffsetSet.of(cursor.readyIn(piece.batch().range()));
            for (var urgent : piece.batch().marks().urgent()) {
                if (usual.contains(urgent.offset())) {
                    var one = OffsetRange.of(urgent.offset());
                    usual.remove(one);
                    byPriority
                            .computeIfAbsent(urgent.priority(), key -> new OffsetSet())
                            .add(one);
                }
            }
            var level = byPriority.computeIfAbsent(Marks.USUAL_PRIORITY, key -> new OffsetSet());
            usual.ranges().forEach(level::add);
        }
        var first = new OffsetSet();
        for (var level : byPriority.values()) {
            for (var range : level.ranges()) {
                var left = most - first.size();
                if (left <= 0) {
                    return first;
                }
                first.add(new OffsetRange(range.first(), Math.min(range.last(), range.first() + left - 1)));
            }
        }
        return first;
    }
}
