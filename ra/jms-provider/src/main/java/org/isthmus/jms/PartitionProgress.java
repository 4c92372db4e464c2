package org.isthmus.jms;

import java.util.Arrays;
import org.isthmus.broker.common.TopicPartition;

/**
 * How far one consumer has come in one partition: {@code acknowledged ≤ delivered ≤ fetched}, each the offset of the next record.
 * Guarded by the lock of its session.
 */
final class PartitionProgress {
    private static final int MOST_RECOVERIES = 1_000; // counts beyond it stay where they are

    final TopicPartition partition;
    private long acknowledged;
    private long delivered;
    private long fetched;

    // Up to where each recovery since the last acknowledgement gave records back; a record below n of them was
    // delivered n times before.
    private long[] recoveredTo = new long[0];

    PartitionProgress(TopicPartition partition, long start) {
        this.partition = partition;
        acknowledged = start;
        delivered = start;
        fetched = start;
    }

    void fetched(long offset) {
        fetched = offset + 1;
    }

    void delivered(long offset) {
        delivered = offset + 1;
    }

    /** The record at this offset was not delivered after all. */
    void takeBack(long offset) {
        delivered = offset;
    }

    boolean hasUnacknowledged() {
        return delivered > acknowledged;
    }

    void acknowledge() {
        acknowledged = delivered;
        if (recoveredTo.length > 0) {
            recoveredTo =
                    Arrays.stream(recoveredTo).filter(to -> to > acknowledged).toArray();
        }
    }

    int deliveryCount(long offset) {
        int count = 1;
        for (long to : recoveredTo) {
            if (offset < to) {
                count++;
            }
        }
        return count;
    }

    long readPosition() {
        return fetched;
    }

    /** Records below this offset are gone from the log. */
    void skipTo(long offset) {
        fetched = Math.max(fetched, offset);
    }

    /** Reading begins again behind what is acknowledged. */
    void recover() {
        if (hasUnacknowledged() && recoveredTo.length < MOST_RECOVERIES) {
            recoveredTo = Arrays.copyOf(recoveredTo, recoveredTo.length + 1);
            recoveredTo[recoveredTo.length - 1] = delivered;
        }
        delivered = acknowledged;
        fetched = acknowledged;
    }
}
