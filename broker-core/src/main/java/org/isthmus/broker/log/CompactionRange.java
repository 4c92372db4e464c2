package org.isthmus.broker.log;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What of a log can be compacted now: its first so many segments, which are closed, hold nothing of an open transaction and nothing too
 * young.
 *
 * @param segments how many, from the first on
 * @param endOffset where the last of them ends
 * @param need how much there is to gain
 */
record CompactionRange(int segments, long endOffset, CompactionNeed need) {

    /** Null where nothing was written since the last compaction that can be compacted. */
    static @Nullable CompactionRange of(
            LogSegment[] all, LogConfig.Compacting how, long cleanedTo, long stableOffset, long nowMs)
            throws IOException {
        var count = 0;
        var endOffset = 0L;
        var clean = 0L;
        var dirty = 0L;
        var firstDirty = -1;
        while (count + 1 < all.length && all[count + 1].baseOffset() <= stableOffset) {
            var segment = all[count];
            if (how.minLagMs() > 0 && segment.maxTimestampMs() > nowMs - how.minLagMs()) {
                break;
            }
            endOffset = all[count + 1].baseOffset();
            if (endOffset <= cleanedTo) {
                clean += segment.size();
            } else {
                dirty += segment.size();
                firstDirty = firstDirty < 0 ? count : firstDirty;
            }
            count++;
        }
        if (firstDirty < 0) {
            return null;
        }
        var ratio = (double) dirty / (clean + dirty);
        var isOverdue = how.maxLagMs() < Long.MAX_VALUE && all[firstDirty].firstTimestampMs() < nowMs - how.maxLagMs();
        return new CompactionRange(count, endOffset, new CompactionNeed(ratio, isOverdue, how.minDirtyRatio()));
    }
}
