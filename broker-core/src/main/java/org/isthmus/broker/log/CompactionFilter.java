package org.isthmus.broker.log;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.isthmus.broker.record.BatchRewrite;
import org.isthmus.broker.record.CorruptBatchException;
import org.isthmus.broker.record.EndTransactionMarker;
import org.isthmus.broker.record.EndTransactionMarker.Outcome;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordCursor;
import org.jspecify.annotations.Nullable;

/**
 * Decides what stays of each batch, which it sees in the order of the log, from its start. A record stays where it is the last of its key;
 * a tombstone goes once its horizon, which the first pass gives it, has passed; a marker likewise, but not before its transaction's records
 * are gone; the last batch of a producer stays, empty at the least. Used by one thread.
 */
final class CompactionFilter {
    private final LatestOffsets latest;
    private final long mappedTo;
    private final AbortedRecords aborted;
    private final LastBatches producers;
    private final long startOffset;
    private final long nowMs;
    private final long horizonMs;
    /** Producers with a batch of a transaction whose marker has not come yet. */
    private final Set<Long> inTransaction = new HashSet<>();

    /** What stays of a batch: its bytes, or null for nothing. */
    record Kept(@Nullable ByteBuffer bytes, boolean isChanged, boolean isAbortMarker) {
        private static final Kept NOTHING = new Kept(null, true, false);
    }

    /** @param mappedTo below this offset the last record of each key is known; what lies above stays */
    CompactionFilter(
            LatestOffsets latest,
            long mappedTo,
            AbortedRecords aborted,
            LastBatches producers,
            long startOffset,
            long nowMs,
            LogConfig.Compacting how) {
        this.latest = latest;
        this.mappedTo = mappedTo;
        this.aborted = aborted;
        this.producers = producers;
        this.startOffset = startOffset;
        this.nowMs = nowMs;
        this.horizonMs = nowMs + how.deleteRetentionMs();
    }

    /** @param endsSegment whether the batch says where its segment ends, and so has to stay, be it empty */
    Kept filter(RecordBatch batch, boolean endsSegment) {
        var mustStay = endsSegment || (batch.hasProducer() && producers.contains(batch));
        if (batch.isControl()) {
            return filterMarker(batch, mustStay);
        }
        if (batch.isTransactional()) {
            inTransaction.add(batch.producerId());
        }
        if (batch.count() == 0) {
            return mustStay ? whole(batch) : Kept.NOTHING;
        }
        if (batch.baseOffset() >= mappedTo) {
            return whole(batch);
        }
        if (batch.lastOffset() < startOffset || aborted.contains(batch)) {
            return nothing(batch, mustStay);
        }
        try {
            return filterRecords(batch, mustStay);
        } catch (CorruptBatchException unreadable) {
            return whole(batch);
        }
    }

    private Kept filterMarker(RecordBatch batch, boolean mustStay) {
        var isOfNobody = !inTransaction.remove(batch.producerId());
        if (isOfNobody && !mustStay && batch.hasDeleteHorizon() && batch.baseTimestampMs() <= nowMs) {
            return Kept.NOTHING;
        }
        var isAbort = EndTransactionMarker.in(batch).outcome() == Outcome.ABORT;
        if (!isOfNobody || batch.hasDeleteHorizon()) {
            return new Kept(batch.bytes(), false, isAbort);
        }
        return new Kept(BatchRewrite.keep(batch, record -> true, horizonMs), true, isAbort);
    }

    private Kept filterRecords(RecordBatch batch, boolean mustStay) {
        var kept = 0;
        var keepsTombstone = false;
        var mayLoseTombstones = batch.hasDeleteHorizon() && batch.baseTimestampMs() <= nowMs;
        var records = batch.cursor();
        while (records.next()) {
            if (stays(records, mayLoseTombstones)) {
                kept++;
                keepsTombstone |= !records.hasValue();
            }
        }
        var marks = keepsTombstone && !batch.hasDeleteHorizon();
        if (kept == batch.count() && !marks) {
            return whole(batch);
        }
        var left = kept == 0
                ? null
                : BatchRewrite.keep(
                        batch, record -> stays(record, mayLoseTombstones), marks ? horizonMs : BatchRewrite.NO_HORIZON);
        return left == null ? nothing(batch, mustStay) : new Kept(left, true, false);
    }

    private boolean stays(RecordCursor record, boolean mayLoseTombstones) {
        if (record.offset() >= mappedTo) {
            return true;
        }
        var key = record.key();
        if (key == null || record.offset() < startOffset || (mayLoseTombstones && !record.hasValue())) {
            return false;
        }
        return record.offset() >= latest.of(key);
    }

    private static Kept whole(RecordBatch batch) {
        return new Kept(batch.bytes(), false, false);
    }

    private static Kept nothing(RecordBatch batch, boolean mustStay) {
        return mustStay ? new Kept(BatchRewrite.empty(batch), true, false) : Kept.NOTHING;
    }
}
