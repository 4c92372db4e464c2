package org.isthmus.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import org.isthmus.broker.record.EndTransactionMarker;
import org.isthmus.broker.record.EndTransactionMarker.Outcome;
import org.isthmus.broker.record.LogRecord;
import org.isthmus.broker.record.RecordBatch;

/** What a compacted log must still hold, told from everything that was appended to it; worked out in the most obvious way. */
final class Survivors {
    private final NavigableMap<Long, byte[]> appended;
    private final Set<Long> mayBeGone = new HashSet<>();
    /** Transactions by producer and first offset; the value is their marker. */
    private final Map<Long, RecordBatch> markerOf = new HashMap<>();

    /**
     * @param appended all batches, by their offsets
     * @param cleanBound nothing at or above was ever compacted
     * @param gone what was overruled by records that were cut off since
     */
    Survivors(
            NavigableMap<Long, byte[]> appended, long cleanBound, long nowMs, long deleteRetentionMs, Set<Long> gone) {
        this.appended = appended;
        mayBeGone.addAll(gone);
        endTransactions();
        var lastOfKey = new HashMap<ByteBuffer, LogRecord>();
        for (var batch : dataBelow(cleanBound)) {
            for (var record : batch.records()) {
                if (isAborted(batch)) {
                    mayBeGone.add(record.offset());
                    continue;
                }
                var before = lastOfKey.put(ByteBuffer.wrap(record.key()), record);
                if (before != null) {
                    mayBeGone.add(before.offset());
                }
                if (record.value() == null && record.timestampMs() + deleteRetentionMs <= nowMs) {
                    mayBeGone.add(record.offset());
                }
            }
        }
        for (var bytes : appended.headMap(cleanBound).values()) {
            var batch = RecordBatch.first(ByteBuffer.wrap(bytes));
            if (batch.isControl() && batch.maxTimestampMs() + deleteRetentionMs <= nowMs) {
                mayBeGone.add(batch.baseOffset());
            }
        }
    }

    private void endTransactions() {
        var open = new HashMap<Long, Set<Long>>();
        for (var bytes : appended.values()) {
            var batch = RecordBatch.first(ByteBuffer.wrap(bytes));
            if (batch.isControl()) {
                open.getOrDefault(batch.producerId(), Set.of()).forEach(offset -> markerOf.put(offset, batch));
                open.remove(batch.producerId());
            } else if (batch.isTransactional()) {
                open.computeIfAbsent(batch.producerId(), id -> new HashSet<>()).add(batch.baseOffset());
            }
        }
    }

    private List<RecordBatch> dataBelow(long bound) {
        return appended.headMap(bound).values().stream()
                .map(bytes -> RecordBatch.first(ByteBuffer.wrap(bytes)))
                .filter(batch -> !batch.isControl())
                .toList();
    }

    private boolean isAborted(RecordBatch batch) {
        var marker = markerOf.get(batch.baseOffset());
        return marker != null && EndTransactionMarker.in(marker).outcome() == Outcome.ABORT;
    }

    Set<Long> mayBeGone() {
        return mayBeGone;
    }

    /** A batch that the log has is one that was appended, with all or some of its records. */
    static void assertComesFrom(RecordBatch batch, NavigableMap<Long, byte[]> appended) {
        batch.check();
        var bytes = appended.get(batch.baseOffset());
        assertThat(bytes)
                .as("a batch at %d was never appended", batch.baseOffset())
                .isNotNull();
        var original = RecordBatch.first(ByteBuffer.wrap(bytes));
        assertThat(batch.lastOffset()).isEqualTo(original.lastOffset());
        assertThat(batch.producerId()).isEqualTo(original.producerId());
        assertThat(batch.producerEpoch()).isEqualTo(original.producerEpoch());
        assertThat(batch.baseSequence()).isEqualTo(original.baseSequence());
        assertThat(batch.isTransactional()).isEqualTo(original.isTransactional());
        assertThat(batch.isControl()).isEqualTo(original.isControl());
        assertThat(batch.leaderEpoch()).isEqualTo(original.leaderEpoch());
        if (batch.count() == original.count() && !batch.hasDeleteHorizon()) {
            assertThat(batch.bytes()).isEqualTo(original.bytes());
            return;
        }
        var records = original.records().iterator();
        for (var record : batch.records()) {
            var next = records.next();
            while (next.offset() < record.offset()) {
                next = records.next();
            }
            assertThat(isSame(record, next))
                    .as("the record at %d is another than the one at %d", record.offset(), next.offset())
                    .isTrue();
        }
    }

    private static boolean isSame(LogRecord one, LogRecord other) {
        return one.offset() == other.offset()
                && one.timestampMs() == other.timestampMs()
                && Arrays.equals(one.key(), other.key())
                && Arrays.equals(one.value(), other.value())
                && one.headers().equals(other.headers());
    }

    /** All that was appended from the start on is in the log, or may be gone. */
    void assertAllIn(List<RecordBatch> found, long start) {
        var present = new HashSet<Long>();
        var needsMarker = new HashSet<Long>();
        for (var batch : found) {
            batch.records().forEach(record -> present.add(record.offset()));
            var marker = batch.isControl() ? null : markerOf.get(batch.baseOffset());
            if (marker != null) {
                needsMarker.add(marker.baseOffset());
            }
        }
        for (var bytes : appended.values()) {
            for (var record : RecordBatch.first(ByteBuffer.wrap(bytes)).records()) {
                if (record.offset() >= start
                        && !present.contains(record.offset())
                        && !mayBeGone.contains(record.offset())) {
                    assertThat(mayBeGone)
                            .as("the record at %d is lost", record.offset())
                            .contains(record.offset());
                }
            }
        }
        assertThat(present).as("a marker outlives its records").containsAll(needsMarker);
    }
}
