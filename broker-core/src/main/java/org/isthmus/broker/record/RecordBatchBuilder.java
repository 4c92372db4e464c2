package org.isthmus.broker.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Collects records into one batch. Used by one thread. */
public final class RecordBatchBuilder {
    private final Compression compression;
    private byte[] bytes = new byte[512];
    private int end = RecordBatch.HEADER_BYTES;
    private int count;
    private long baseTimestampMs;
    private long maxTimestampMs = Long.MIN_VALUE;
    private long producerId = RecordBatch.NO_PRODUCER_ID;
    private short producerEpoch = RecordBatch.NO_PRODUCER_EPOCH;
    private int baseSequence = RecordBatch.NO_SEQUENCE;
    private int flags;

    public RecordBatchBuilder(Compression compression) {
        this.compression = compression;
    }

    /** Makes the batch one of an idempotent producer. */
    public RecordBatchBuilder producer(long producerId, short producerEpoch, int baseSequence) {
        this.producerId = producerId;
        this.producerEpoch = producerEpoch;
        this.baseSequence = baseSequence;
        return this;
    }

    /** Makes the batch part of its producer's open transaction. */
    public RecordBatchBuilder transactional() {
        flags |= RecordBatch.TRANSACTIONAL;
        return this;
    }

    RecordBatchBuilder control() {
        flags |= RecordBatch.CONTROL;
        return this;
    }

    public RecordBatchBuilder append(
            long timestampMs, byte @Nullable [] key, byte @Nullable [] value, List<Header> headers) {
        if (count == 0) {
            baseTimestampMs = timestampMs;
        }
        maxTimestampMs = Math.max(maxTimestampMs, timestampMs);
        var names = namesOf(headers);
        var length = recordLength(timestampMs - baseTimestampMs, key, value, headers, names);
        reserve(Varint.size(length) + length);
        writeNumber(length);
        bytes[end++] = 0;
        writeNumber(timestampMs - baseTimestampMs);
        writeNumber(count);
        writeBytes(key);
        writeBytes(value);
        writeNumber(headers.size());
        for (var i = 0; i < names.length; i++) {
            writeBytes(names[i]);
            writeBytes(headers.get(i).value());
        }
        count++;
        return this;
    }

    public int count() {
        return count;
    }

    /** Bytes that the batch has now, before compression. */
    public int sizeInBytes() {
        return end;
    }

    /** The batch, complete with checksum, base offset 0. The builder is spent. */
    public ByteBuffer build() {
        if (count == 0) {
            throw new IllegalStateException("A batch needs a record");
        }
        var batch = compressed();
        batch.putLong(RecordBatch.BASE_OFFSET, 0);
        batch.putInt(RecordBatch.LENGTH, batch.limit() - RecordBatch.LENGTH_END);
        batch.putInt(RecordBatch.LEADER_EPOCH, -1);
        batch.put(RecordBatch.MAGIC_BYTE, RecordBatch.MAGIC);
        batch.putShort(RecordBatch.ATTRIBUTES, (short) (flags | compression.id()));
        batch.putInt(RecordBatch.LAST_OFFSET_DELTA, count - 1);
        batch.putLong(RecordBatch.BASE_TIMESTAMP, baseTimestampMs);
        batch.putLong(RecordBatch.MAX_TIMESTAMP, maxTimestampMs);
        batch.putLong(RecordBatch.PRODUCER_ID, producerId);
        batch.putShort(RecordBatch.PRODUCER_EPOCH, producerEpoch);
        batch.putInt(RecordBatch.BASE_SEQUENCE, baseSequence);
        batch.putInt(RecordBatch.COUNT, count);
        var crc = new CRC32C();
        crc.update(batch.duplicate().position(RecordBatch.ATTRIBUTES));
        batch.putInt(RecordBatch.CRC, (int) crc.getValue());
        return batch;
    }

    private ByteBuffer compressed() {
        if (compression == Compression.NONE) {
            return ByteBuffer.wrap(bytes, 0, end).slice();
        }
        var packed = compression.compress(bytes, RecordBatch.HEADER_BYTES, end - RecordBatch.HEADER_BYTES);
        var batch = ByteBuffer.allocate(RecordBatch.HEADER_BYTES + packed.length);
        batch.put(RecordBatch.HEADER_BYTES, packed);
        return batch;
    }

    private int recordLength(
            long timestampDelta, byte @Nullable [] key, byte @Nullable [] value, List<Header> headers, byte[][] names) {
        var length = 1 + Varint.size(timestampDelta) + Varint.size(count) + sizeOf(key) + sizeOf(value);
        length += Varint.size(headers.size());
        for (var i = 0; i < names.length; i++) {
            length = Math.addExact(
                    length, sizeOf(names[i]) + sizeOf(headers.get(i).value()));
        }
        return length;
    }

    private static byte[][] namesOf(List<Header> headers) {
        var names = new byte[headers.size()][];
        for (var i = 0; i < names.length; i++) {
            names[i] = headers.get(i).key().getBytes(StandardCharsets.UTF_8);
        }
        return names;
    }

    private static int sizeOf(byte @Nullable [] field) {
        return field == null ? 1 : Varint.size(field.length) + field.length;
    }

    private void reserve(int more) {
        var needed = Math.addExact(end, more);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, (int) Math.min(Integer.MAX_VALUE - 8L, 2L * bytes.length)));
        }
    }

    private void writeNumber(long value) {
        end = Varint.write(value, bytes, end);
    }

    private void writeBytes(byte @Nullable [] field) {
        if (field == null) {
            writeNumber(-1);
            return;
        }
        writeNumber(field.length);
        System.arraycopy(field, 0, bytes, end, field.length);
        end += field.length;
    }
}
