package org.isthmus.broker.log;

import java.io.IOException;

/** Which of a log's segments are of no more use. */
final class Retention {
    private Retention() {}

    /** How many segments, from the oldest on, may go: closed, wholly committed, and too old or too much. */
    static int expired(LogSegment[] segments, LogConfig config, long highWatermark, long nowMs) throws IOException {
        var surplus = surplus(segments, config);
        var count = 0;
        while (count < segments.length - 1 && segments[count + 1].baseOffset() <= highWatermark) {
            var segment = segments[count];
            surplus -= segment.size();
            var isTooOld = config.retentionMs() >= 0 && segment.maxTimestampMs() < nowMs - config.retentionMs();
            if (!isTooOld && surplus < 0) {
                break;
            }
            count++;
        }
        return count;
    }

    /** Bytes above what is to be kept; negative where the size sets no limit. */
    private static long surplus(LogSegment[] segments, LogConfig config) throws IOException {
        if (config.retentionBytes() < 0) {
            return -1;
        }
        var total = -config.retentionBytes();
        for (var segment : segments) {
            total += segment.size();
        }
        return total;
    }

    /** The last segment that begins at or below the offset; the first if none does. */
    static int indexOf(LogSegment[] segments, long offset) {
        var low = 1;
        var high = segments.length;
        while (low < high) {
            var middle = (low + high) >>> 1;
            if (segments[middle].baseOffset() <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }
}
