package org.isthmus.broker.protocol.handler;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.isthmus.broker.coordinator.share.Acquisition;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.record.BatchRewrite;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordCursor;

/**
 * The records of an acquisition without what lies around them, at their offsets, each in what is left of its batch. Reads from the disk.
 */
final class PickedRecords {
    private final Acquisition acquisition;
    private final ByteArrayOutputStream picked = new ByteArrayOutputStream();
    private int nextAcquired;

    private PickedRecords(Acquisition acquisition) {
        this.acquisition = acquisition;
    }

    static MemoryRecords of(LogView view, Acquisition acquisition) throws IOException {
        var records = new PickedRecords(acquisition);
        for (var batch : acquisition.batches()) {
            records.pick(view, batch);
        }
        return MemoryRecords.readableRecords(ByteBuffer.wrap(records.picked.toByteArray()));
    }

    private void pick(LogView view, Acquisition.Batch batch) throws IOException {
        var start = view.startOffset();
        if (batch.lastOffset() < start) {
            return;
        }
        var bytes = view.copy(Math.max(batch.baseOffset(), start), batch.lastOffset() + 1, batch.sizeInBytes());
        for (var stored : RecordBatch.in(bytes)) {
            var kept = BatchRewrite.keep(stored, this::isAcquired, BatchRewrite.NO_HORIZON);
            if (kept != null) {
                picked.write(kept.array(), kept.arrayOffset(), kept.limit());
            }
        }
    }

    /** Asked in the order of the offsets, as what is acquired is. */
    private boolean isAcquired(RecordCursor record) {
        var acquired = acquisition.acquired();
        while (nextAcquired < acquired.size()
                && acquired.get(nextAcquired).range().last() < record.offset()) {
            nextAcquired++;
        }
        return nextAcquired < acquired.size()
                && acquired.get(nextAcquired).range().contains(record.offset());
    }
}
