package org.isthmus.broker.log;

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
 */
public record LogConfig(
        int segmentBytes,
        long segmentMs,
        int indexIntervalBytes,
        int maxBatchBytes,
        long retentionMs,
        long retentionBytes,
        boolean logAppendTime,
        int checkpointBytes) {
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
                CHECKPOINT_BYTES);
    }

    public static final LogConfig DEFAULT = new LogConfig(1 << 30, WEEK_MS, 4096, 1 << 20, WEEK_MS, -1, false);
}
