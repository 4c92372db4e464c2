package org.isthmus.broker.record;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The control record that ends a producer's transaction on a partition. It is the only record of its batch.
 *
 * @param outcome whether the transaction's records count
 * @param coordinatorEpoch reign of the transaction coordinator that decided
 */
public record EndTransactionMarker(Outcome outcome, int coordinatorEpoch) {
    /** How a transaction ended, with its number in the record's key. */
    public enum Outcome {
        ABORT(0),
        COMMIT(1);

        private final short type;

        Outcome(int type) {
            this.type = (short) type;
        }
    }

    private static final short VERSION = 0;
    private static final int KEY_BYTES = 4;
    private static final int VALUE_BYTES = 6;

    /** The marker as a batch, complete with checksum, base offset 0. */
    public ByteBuffer toBatch(long producerId, short producerEpoch, long timestampMs) {
        var key = ByteBuffer.allocate(KEY_BYTES).putShort(VERSION).putShort(outcome.type);
        var value = ByteBuffer.allocate(VALUE_BYTES).putShort(VERSION).putInt(coordinatorEpoch);
        return new RecordBatchBuilder(Compression.NONE)
                .producer(producerId, producerEpoch, RecordBatch.NO_SEQUENCE)
                .transactional()
                .control()
                .append(timestampMs, key.array(), value.array(), List.of())
                .build();
    }

    /** Reads the marker that a control batch holds. Fails with {@link CorruptBatchException} where it holds something else. */
    public static EndTransactionMarker in(RecordBatch batch) {
        var records = batch.records().iterator();
        if (!batch.isControl() || !records.hasNext()) {
            throw new CorruptBatchException("There is no control record in the batch at offset " + batch.baseOffset());
        }
        var record = records.next();
        var key = record.key();
        var value = record.value();
        if (key == null || key.length < KEY_BYTES || value == null || value.length < VALUE_BYTES) {
            throw new CorruptBatchException("The control record at offset " + record.offset() + " is cut");
        }
        var type = ByteBuffer.wrap(key).getShort(2);
        if (type != Outcome.ABORT.type && type != Outcome.COMMIT.type) {
            throw new CorruptBatchException(
                    "The control record at offset " + record.offset() + " has the type " + type);
        }
        return new EndTransactionMarker(
                type == Outcome.COMMIT.type ? Outcome.COMMIT : Outcome.ABORT,
                ByteBuffer.wrap(value).getInt(2));
    }
}
