package org.isthmus.broker.log;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How one partition's log is kept.
 *
 * @param segmentBytes size at which a new segment is begun
 * @param segmentMs age of a segment's first record at which a new segment is begun
 * @param indexIntervalBytes bytes of log for each entry of the offset index
 * @param maxBatchBytes largest batch that is taken
 * @param retentionMs age past which closed segments are deleted; −1 keeps them
 * @param retentionBytes size past which the oldest closed segments are deleted; −1 keeps them
 * @param logAppendTime whether the log stamps records with the time of the append instead of keeping the producer's stamp
 * @param checkpointBytes bytes appended after which the recovery point moves on; what a crash makes the next open read again
 * @param segmentJitterMs up to how much earlier than that a segment is begun, so that not all logs begin theirs at once
 * @param timestamps what is taken of producers that give their records their time themselves
 * @param compacting how the log is compacted; null where it is not
 */
public record LogConfig(
        int segmentBytes,
        long segmentMs,
        int indexIntervalBytes,
        int maxBatchBytes,
        long retentionMs,
        long retentionBytes,
        boolean logAppendTime,
        int checkpointBytes,
        long segmentJitterMs,
        Timestamps timestamps,
        @Nullable Compacting compacting) {
    /** How far behind and ahead of the broker's clock a record's timestamp may be, in milliseconds. */
    public record Timestamps(long beforeMaxMs, long afterMaxMs) {
        static final Timestamps ANY = new Timestamps(Long.MAX_VALUE, Long.MAX_VALUE);

        boolean accept(long timestampMs, long nowMs) {
            return nowMs - timestampMs <= beforeMaxMs && timestampMs - nowMs <= afterMaxMs;
        }
    }

    /**
     * A log that keeps the last record of each key.
     *
     * @param minDirtyRatio share of the log that must have been written since the last compaction before the next one pays
     * @param minLagMs age before which a record is not compacted
     * @param maxLagMs age at which it is, whatever the ratio
     * @param deleteRetentionMs how long a tombstone stays after everything that it deletes is gone
     */
    public record Compacting(double minDirtyRatio, long minLagMs, long maxLagMs, long deleteRetentionMs) {}

    private static final int CHECKPOINT_BYTES = 32 << 20;
    private static final long WEEK_MS = 7L * 24 * 60 * 60 * 1000;

    public LogConfig(
            int segmentBytes,
            long segmentMs,
            int indexIntervalBytes,
            int maxBatchBytes,
            long retentionMs,
            long retentionBytes,
            boolean logAppendTime) {
        this(
                segmentBytes,
                segmentMs,
                indexIntervalBytes,
                maxBatchBytes,
                retentionMs,
                retentionBytes,
                logAppendTime,
                CHECKPOINT_BYTES,
                0,
                Timestamps.ANY,
                null);
    }

    /** The same, with another distance between recovery points. */
    public LogConfig withCheckpointBytes(int bytes) {
        return new LogConfig(
                segmentBytes,
                segmentMs,
                indexIntervalBytes,
                maxBatchBytes,
                retentionMs,
                retentionBytes,
                logAppendTime,
                bytes,
                segmentJitterMs,
                timestamps,
                compacting);
    }

    /** The same, with a jitter of the segments' age and bounds for timestamps. */
    public LogConfig withTimes(long jitterMs, Timestamps bounds) {
        return new LogConfig(
                segmentBytes,
                segmentMs,
                indexIntervalBytes,
                maxBatchBytes,
                retentionMs,
                retentionBytes,
                logAppendTime,
                checkpointBytes,
                jitterMs,
                bounds,
                compacting);
    }

    /** The same, compacted in this way. */
    public LogConfig withCompacting(@Nullable Compacting how) {
        return new LogConfig(
                segmentBytes,
                segmentMs,
                indexIntervalBytes,
                maxBatchBytes,
                retentionMs,
                retentionBytes,
                logAppendTime,
                checkpointBytes,
                segmentJitterMs,
                timestamps,
                how);
    }

    /**
     * Age of a segment's first record at which this log begins a new one; what is to be compacted by then must not be written any more.
     *
     * @param log tells logs apart, so that each has its own jitter, and the same one at each start
     */
    long rollMs(Path log) {
        var jitterMs = Math.min(segmentJitterMs, segmentMs - 1);
        var ownMs = segmentMs
                - (jitterMs <= 0 ? 0 : Math.floorMod((long) log.toString().hashCode(), jitterMs + 1));
        return compacting == null ? ownMs : Math.min(ownMs, compacting.maxLagMs());
    }

    public static final LogConfig DEFAULT = new LogConfig(1 << 30, WEEK_MS, 4096, 1 << 20, WEEK_MS, -1, false);
}
