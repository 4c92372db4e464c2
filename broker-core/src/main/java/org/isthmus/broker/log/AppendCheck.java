package org.isthmus.broker.log;

import static org.isthmus.broker.common.ErrorCode.CORRUPT_MESSAGE;
import static org.isthmus.broker.common.ErrorCode.INVALID_RECORD;
import static org.isthmus.broker.common.ErrorCode.INVALID_TIMESTAMP;
import static org.isthmus.broker.common.ErrorCode.MESSAGE_TOO_LARGE;
import static org.isthmus.broker.common.ErrorCode.UNSUPPORTED_COMPRESSION_TYPE;
import static org.isthmus.broker.common.ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.record.CorruptBatchException;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordCursor;
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
        if (origin == AppendOrigin.CLIENT && !config.logAppendTime()) {
            var bounds = config.timestamps();
            var untimely = untimely(batch, nowMs);
            if (!untimely.isEmpty() || batch.maxTimestampMs() - nowMs > bounds.afterMaxMs()) {
                var reason = "A record's timestamp is more than " + bounds.beforeMaxMs()
                        + " ms before the broker's, or " + bounds.afterMaxMs() + " ms after it";
                return new AppendResult.Rejected(INVALID_TIMESTAMP, reason, untimely);
            }
        }
        if (config.compacting() != null && !batch.isControl()) {
            var keyless = withoutKey(batch);
            if (!keyless.isEmpty()) {
                var reason = "A log that keeps the last record of each key takes none without a key";
                return new AppendResult.Rejected(INVALID_RECORD, reason, keyless);
            }
        }
        return batch.hasProducer() ? producers.check(batch, origin) : null;
    }

    /** The records whose timestamps are out of bounds. */
    private List<Integer> untimely(RecordBatch batch, long nowMs) {
        var bounds = config.timestamps();
        if (batch.maxTimestampMs() - nowMs <= bounds.afterMaxMs() && bounds.beforeMaxMs() == Long.MAX_VALUE) {
            // Of the oldest record the header says nothing, and mostly nobody asks.
            return List.of();
        }
        return those(batch, records -> !bounds.accept(records.timestampMs(), nowMs));
    }

    private static List<Integer> withoutKey(RecordBatch batch) {
        return those(batch, records -> records.key() == null);
    }

    private static List<Integer> those(RecordBatch batch, Predicate<RecordCursor> wanted) {
        var found = new ArrayList<Integer>();
        var records = batch.cursor();
        for (var index = 0; records.next(); index++) {
            if (wanted.test(records)) {
                found.add(index);
            }
        }
        return found;
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
