package org.isthmus.broker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isthmus.broker.common.Epoch;

/**
 * A log as its owner last published it. Never changes; safe to read on any thread, without asking the owner. What lies at or above the
 * high watermark is in the log but not committed.
 */
public interface LogView {
    /** Offset of the oldest record that is kept. */
    long startOffset();

    /** Offset that the next record will get. */
    long endOffset();

    /** Everything below is committed. */
    long highWatermark();

    /** Everything below is committed and belongs to no open transaction. */
    long lastStableOffset();

    /** Those whose end is not committed yet. */
    List<OpenTransaction> openTransactions();

    /**
     * Whole batches from the one that holds {@code offset}, none of which begins at or above {@code upToOffset}, together at most
     * {@code maxBytes}, or one batch of any size with {@code atLeastOne}. Empty where there is nothing. Fails with
     * {@link org.isthmus.broker.common.BrokerException} {@code OFFSET_OUT_OF_RANGE} below the start or above the end.
     */
    LogSlice read(long offset, long upToOffset, int maxBytes, boolean atLeastOne) throws IOException;

    /** As {@link #read} with {@code atLeastOne}, copied into memory. */
    default ByteBuffer copy(long offset, long upToOffset, int maxBytes) throws IOException {
        var slice = read(offset, upToOffset, maxBytes, true);
        try {
            return slice.copy();
        } finally {
            slice.release();
        }
    }

    /**
     * All batches that hold offsets of this range and are there still, copied into memory; over as many segments as it takes, where one slice
     * never reaches beyond the end of its segment.
     */
    default ByteBuffer copyAll(long offset, long upToOffset) throws IOException {
        var pieces = new ArrayList<ByteBuffer>();
        for (var next = Math.max(offset, startOffset()); next < Math.min(upToOffset, endOffset()); ) {
            var slice = read(next, upToOffset, Integer.MAX_VALUE, true);
            try {
                pieces.add(slice.copy());
                next = slice.isEmpty() ? upToOffset : slice.offsetBehind();
            } finally {
                slice.release();
            }
        }
        if (pieces.size() == 1) {
            return pieces.get(0);
        }
        var all = ByteBuffer.allocate(
                pieces.stream().mapToInt(ByteBuffer::remaining).sum());
        pieces.forEach(all::put);
        return all.flip();
    }

    /** The first record below the high watermark whose timestamp is at least this one. */
    Optional<TimestampedOffset> firstAtOrAfter(long timestampMs) throws IOException;

    /**
     * The aborted transactions with records or their marker in this range, in the order of their markers. Complete for what lies below
     * {@link #lastStableOffset}; and above it for what belongs to none of the {@link #openTransactions}.
     */
    List<AbortedTransaction> abortedTransactions(long fromOffset, long toOffset) throws IOException;

    /**
     * The last reign up to this one that wrote here, and the offset behind what it wrote; for the latest one that is the log's end. Empty
     * where the log knows only later reigns, or none that late.
     */
    Optional<EpochEnd> endOffsetFor(Epoch epoch);

    /** The reign that wrote the record there; empty where there is none. */
    Optional<Epoch> epochAt(long offset);

    /** The latest reign that wrote here; negative where none did. */
    int latestEpoch();

    /** Where a reign's records end. */
    record EpochEnd(Epoch epoch, long endOffset) {}

    /** A record's place, its timestamp in milliseconds since 1970, and the reign that wrote it. */
    record TimestampedOffset(long offset, long timestampMs, Epoch epoch) {}
}
