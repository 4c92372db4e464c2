package org.isthmus.broker.log;

import static org.isthmus.broker.common.ErrorCode.OFFSET_OUT_OF_RANGE;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.record.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * What the owner published last. The segments are shared with later views; of the last one, only what lies below {@code endPosition} is
 * there for this view.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and never changed once it is published
record PublishedView(
        LogSegment[] segments,
        long startOffset,
        long endOffset,
        int endPosition,
        long highWatermark,
        long lastStableOffset,
        List<OpenTransaction> openTransactions,
        LeaderEpochs epochs)
        implements LogView {

    @Override
    public LogSlice read(long offset, long upToOffset, int maxBytes, boolean atLeastOne) throws IOException {
        if (offset < startOffset || offset > endOffset) {
            throw outOfRange(offset);
        }
        var last = segments.length - 1;
        if (offset < endOffset && offset < upToOffset) {
            for (var i = indexOf(offset); i <= last && segments[i].baseOffset() < upToOffset; i++) {
                var slice = readIn(i, offset, upToOffset, maxBytes, atLeastOne);
                if (slice != null) {
                    return slice;
                }
            }
        }
        return new LogSlice(segments[last].log(), 0, 0, new Nowhere(offset));
    }

    /** Null where the segment has nothing at or above the offset, as after compaction. */
    private @Nullable LogSlice readIn(int index, long offset, long upToOffset, int maxBytes, boolean atLeastOne)
            throws IOException {
        var segment = LogSegment.hold(segments[index]);
        if (segment == null) {
            // Deleted since this view was published; for whoever asks, the log begins later now.
            throw outOfRange(offset);
        }
        var kept = false;
        try {
            var end = endOf(segment);
            var from = segment.positionOf(offset, end);
            if (from == end) {
                return null;
            }
            var stop = upToOffset >= nextBase(index, segment) ? end : segment.boundaryOf(upToOffset, end);
            if (stop - from > maxBytes) {
                stop = segment.boundaryUpTo(from + maxBytes, from, stop);
                if (stop == from && atLeastOne) {
                    stop = from + segment.sizeOfBatchAt(from, end);
                }
            }
            kept = true;
            var origin = new Within(segment, Math.max(from, stop), end, nextBase(index, segment));
            return new LogSlice(segment.log(), from, Math.max(0, stop - from), origin);
        } finally {
            if (!kept) {
                segment.release();
            }
        }
    }

    /** A slice of a held segment. */
    private record Within(LogSegment segment, int stop, int end, long nextBase) implements LogSlice.Origin {
        @Override
        public long offsetBehind() throws IOException {
            return stop == end ? nextBase : new HeaderScan(segment.log(), stop, end).baseOffset();
        }

        @Override
        public void release() {
            segment.release();
        }
    }

    /** A slice of nothing. */
    private record Nowhere(long offsetBehind) implements LogSlice.Origin {
        @Override
        public void release() {
            // Nothing is held.
        }
    }

    @Override
    public Optional<TimestampedOffset> firstAtOrAfter(long timestampMs) throws IOException {
        for (var i = 0; i < segments.length && segments[i].baseOffset() < highWatermark; i++) {
            var segment = nextBase(i) <= startOffset ? null : LogSegment.hold(segments[i]);
            if (segment == null) {
                continue;
            }
            try {
                if (segment.maxTimestampMs() >= timestampMs) {
                    var found = firstIn(segment, endOf(segment), timestampMs);
                    if (found != null) {
                        return Optional.of(found);
                    }
                }
            } finally {
                segment.release();
            }
        }
        return Optional.empty();
    }

    private @Nullable TimestampedOffset firstIn(LogSegment segment, int end, long timestampMs) throws IOException {
        var from = segment.baseOffset();
        while (true) {
            var batch = segment.firstBatchAtOrAfter(timestampMs, from, highWatermark, end);
            if (batch == null) {
                return null;
            }
            for (LogRecord record : batch.records()) {
                if (record.timestampMs() >= timestampMs && record.offset() >= startOffset) {
                    return new TimestampedOffset(record.offset(), record.timestampMs(), new Epoch(batch.leaderEpoch()));
                }
            }
            from = batch.nextOffset();
        }
    }

    @Override
    public List<AbortedTransaction> abortedTransactions(long fromOffset, long toOffset) throws IOException {
        var found = new ArrayList<AbortedTransaction>();
        @Nullable LogSegment before = null;
        for (var i = indexOf(fromOffset); i < segments.length; i++) {
            var segment = LogSegment.hold(segments[i]);
            if (segment != null && segment == before) {
                // Several segments may have been compacted into one.
                segment.release();
                continue;
            }
            before = segment;
            try {
                // One that was cut is closed, and remembers what this view is about.
                var ended = segment == null
                        ? segments[i].aborted().knownFrom(fromOffset)
                        : segment.aborted().from(fromOffset);
                for (var aborted : ended) {
                    if (aborted.firstOffset() < toOffset && aborted.markerOffset() < endOffset) {
                        found.add(aborted);
                    }
                    if (aborted.lastStableOffset() >= toOffset) {
                        return found;
                    }
                }
            } finally {
                if (segment != null) {
                    segment.release();
                }
            }
        }
        return found;
    }

    @Override
    public int latestEpoch() {
        return epochs.latest();
    }

    @Override
    public Optional<Epoch> epochAt(long offset) {
        return offset < startOffset || offset >= endOffset ? Optional.empty() : epochs.at(offset);
    }

    @Override
    public Optional<EpochEnd> endOffsetFor(Epoch epoch) {
        return epochs.endOf(epoch, endOffset);
    }

    private BrokerException outOfRange(long offset) {
        return new BrokerException(
                OFFSET_OUT_OF_RANGE, "Offset " + offset + " does not lie in " + startOffset + ".." + endOffset);
    }

    int indexOf(long offset) {
        return Retention.indexOf(segments, offset);
    }

    private int endOf(LogSegment held) throws IOException {
        return held == segments[segments.length - 1] ? endPosition : held.size();
    }

    private long nextBase(int index, LogSegment held) {
        return held == segments[index] ? nextBase(index) : held.name().endOffset();
    }

    private long nextBase(int index) {
        return index == segments.length - 1 ? endOffset : segments[index + 1].baseOffset();
    }
}
