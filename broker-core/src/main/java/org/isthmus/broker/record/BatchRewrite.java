package org.isthmus.broker.record;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Batches made anew with fewer records. Offsets, the span of the batch, its producer, reign and codec stay as they were. Stateless. */
public final class BatchRewrite {
    /** No time from which on tombstones may go. */
    public static final long NO_HORIZON = Long.MIN_VALUE;

    private BatchRewrite() {}

    /**
     * The batch with those of its records that pass, in the order in which they lie; null where none does.
     *
     * @param deleteHorizonMs when the tombstones that stay may go, unless the batch says so already; or {@link #NO_HORIZON}
     */
    public static @Nullable ByteBuffer keep(RecordBatch batch, Predicate<RecordCursor> which, long deleteHorizonMs) {
        var marks = deleteHorizonMs != NO_HORIZON && !batch.hasDeleteHorizon();
        var baseTimestampMs = marks ? deleteHorizonMs : batch.baseTimestampMs();
        var plain = new ByteArrayOutputStream(batch.sizeInBytes());
        var count = 0;
        var maxTimestampMs = Long.MIN_VALUE;
        var records = batch.cursor();
        while (records.next()) {
            if (which.test(records)) {
                count++;
                maxTimestampMs = Math.max(maxTimestampMs, records.timestampMs());
                write(records, marks, baseTimestampMs, plain);
            }
        }
        if (count == 0) {
            return null;
        }
        var bytes = plain.toByteArray();
        var stored = batch.compression() == Compression.NONE
                ? bytes
                : batch.compression().compress(bytes, 0, bytes.length);
        var attributes = marks ? batch.attributes() | RecordBatch.DELETE_HORIZON : batch.attributes();
        return build(batch, attributes, baseTimestampMs, maxTimestampMs, count, stored);
    }

    private static void write(RecordCursor record, boolean again, long baseTimestampMs, ByteArrayOutputStream target) {
        if (!again) {
            write(record.raw(), target);
            return;
        }
        var delta = record.timestampMs() - baseTimestampMs;
        var rest = record.afterTimestamp();
        var head = new byte[2 * Varint.MAX_LONG_BYTES + 1];
        var end = Varint.write(1 + Varint.size(delta) + rest.remaining(), head, 0);
        head[end++] = 0;
        target.write(head, 0, Varint.write(delta, head, end));
        write(rest, target);
    }

    private static void write(ByteBuffer bytes, ByteArrayOutputStream target) {
        var copy = new byte[bytes.remaining()];
        bytes.get(copy);
        target.writeBytes(copy);
    }

    /** The batch without any record: what is left to say is its span, its producer and its time. */
    public static ByteBuffer empty(RecordBatch batch) {
        var attributes = batch.attributes() & ~(RecordBatch.COMPRESSION_MASK | RecordBatch.DELETE_HORIZON);
        return build(batch, attributes, batch.maxTimestampMs(), batch.maxTimestampMs(), 0, new byte[0]);
    }

    private static ByteBuffer build(
            RecordBatch batch, int attributes, long baseTimestampMs, long maxTimestampMs, int count, byte[] records) {
        var target = ByteBuffer.allocate(RecordBatch.HEADER_BYTES + records.length);
        target.put(batch.bytes().limit(RecordBatch.HEADER_BYTES)).put(records).flip();
        target.putInt(RecordBatch.LENGTH, target.limit() - RecordBatch.LENGTH_END);
        target.putShort(RecordBatch.ATTRIBUTES, (short) attributes);
        target.putLong(RecordBatch.BASE_TIMESTAMP, baseTimestampMs);
        target.putLong(RecordBatch.MAX_TIMESTAMP, maxTimestampMs);
        target.putInt(RecordBatch.COUNT, count);
        var crc = new CRC32C();
        crc.update(target.duplicate().position(RecordBatch.ATTRIBUTES));
        return target.putInt(RecordBatch.CRC, (int) crc.getValue());
    }
}
