package org.isthmus.broker.log;

import static org.isthmus.broker.common.ErrorCode.CORRUPT_MESSAGE;
import static org.isthmus.broker.common.ErrorCode.INVALID_RECORD;
import static org.isthmus.broker.common.ErrorCode.INVALID_TIMESTAMP;
import static org.isthmus.broker.common.ErrorCode.MESSAGE_TOO_LARGE;
import static org.isthmus.broker.common.ErrorCode.UNSUPPORTED_COMPRESSION_TYPE;
import static org.isthmus.broker.common.ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT;

import java.nio.ByteBuffer;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.record.CorruptBatchException;
import org.isthmus.broker.record.RecordBatch;
import org.jspecify.annotations.Nullable;

/** Decides whether batches may be appended. Changes nothing. Owned by the log's owner. */
final class AppendCheck {
    private final LogConfig config;
    private final ProducerStates producers;

    AppendCheck(LogConfig config, ProducerStates producers) {
        this.config = config;
        this.producers = producers;
    }

    /** Null if they may; else what to answer. */
    @Nullable
    AppendResult check(ByteBuffer batches, AppendOrigin origin, long nowMs) {
        try {
            var bytes = 0;
            var count = 0;
            AppendResult refusal = null;
            for (var batch : RecordBatch.in(batches)) {
                refusal = check(batch, origin, nowMs);
                if (refusal != null) {
                    return refusal;
                }
                if (batch.hasProducer() && (count > 0 || batch.sizeInBytes() != batches.remaining())) {
                    // Several would have to be checked against one another; no producer sends that.
                    return rejected(INVALID_RECORD, "A batch of an idempotent producer comes alone");
                }
                bytes += batch.sizeInBytes();
                count++;
            }
            return count > 0 && bytes == batches.remaining()
                    ? null
                    : rejected(CORRUPT_MESSAGE, "The batches take " + bytes + " of " + batches.remaining() + " bytes");
        } catch (CorruptBatchException corrupt) {
            return rejected(CORRUPT_MESSAGE, String.valueOf(corrupt.getMessage()));
        }
    }

    private @Nullable AppendResult check(RecordBatch batch, AppendOrigin origin, long nowMs) {
        if (batch.sizeInBytes() > config.maxBatchBytes()) {
            return rejected(
                    MESSAGE_TOO_LARGE,
                    "A batch of " + batch.sizeInBytes() + " bytes passes the limit of " + config.maxBatchBytes());
        }
        if (batch.magic() != RecordBatch.MAGIC) {
            return rejected(UNSUPPORTED_FOR_MESSAGE_FORMAT, "A batch has format " + batch.magic());
        }
        batch.check();
        if (batch.count() < 1 || batch.lastOffsetDelta() != batch.count() - 1) {
            return rejected(
                    INVALID_RECORD,
                    "A batch says that it has " + batch.count() + " records, the last at " + batch.lastOffsetDelta());
        }
        if (!batch.hasKnownCompression()) {
            return rejected(UNSUPPORTED_COMPRESSION_TYPE, "A batch is compressed in a way that is not known");
        }
        if (origin == AppendOrigin.CLIENT && isForTheBrokerAlone(batch)) {
            return rejected(
                    INVALID_RECORD, "A producer sends no control records, and its id with an epoch and a sequence");
        }
        if (origin == AppendOrigin.CLIENT && !config.logAppendTime() && !hasTimestampsInBounds(batch, nowMs)) {
            return rejected(
                    INVALID_TIMESTAMP,
                    "A record's timestamp is more than " + config.timestamps().beforeMaxMs()
                            + " ms before the broker's, or "
                            + config.timestamps().afterMaxMs() + " ms after it");
        }
        if (config.compacting() != null && !batch.isControl() && hasRecordWithoutKey(batch)) {
            return rejected(INVALID_RECORD, "A log that keeps the last record of each key takes none without a key");
        }
        return batch.hasProducer() ? producers.check(batch) : null;
    }

    private boolean hasTimestampsInBounds(RecordBatch batch, long nowMs) {
        var bounds = config.timestamps();
        if (batch.maxTimestampMs() - nowMs > bounds.afterMaxMs()) {
            return false;
        }
        if (bounds.beforeMaxMs() == Long.MAX_VALUE) {
            // Of the oldest record the header says nothing, and mostly nobody asks.
            return true;
        }
        var records = batch.cursor();
        while (records.next()) {
            if (!bounds.accept(records.timestampMs(), nowMs)) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasRecordWithoutKey(RecordBatch batch) {
        var records = batch.cursor();
        while (records.next()) {
            if (records.key() == null) {
                return true;
            }
        }
        return false;
    }

    private static boolean isForTheBrokerAlone(RecordBatch batch) {
        if (batch.isControl()) {
            return true;
        }
        return batch.hasProducer()
                ? batch.producerEpoch() < 0 || batch.baseSequence() < 0 || batch.producerId() < 0
                : batch.isTransactional();
    }

    private static AppendResult rejected(ErrorCode error, String reason) {
        return new AppendResult.Rejected(error, reason);
    }
}
