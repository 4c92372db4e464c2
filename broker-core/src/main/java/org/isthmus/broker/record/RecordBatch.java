package org.isthmus.broker.record;

import java.nio.ByteBuffer;

/** One batch of format v2, seen in a buffer without copying. Not thread-safe where it is stamped; else as safe as its buffer. */
public final class RecordBatch {
    /** Bytes before the first record. */
    public static final int HEADER_BYTES = 61;

    private RecordBatch() {}

    /** The whole batches in a buffer, from its position to its limit, in order. A cut last batch is left out. Fails on a length below the header's. */
    public static Iterable<RecordBatch> in(ByteBuffer buffer) {
        return java.util.List.of();
    }

    public long baseOffset() {
        return 0;
    }

    public long lastOffset() {
        return 0;
    }

    public int sizeInBytes() {
        return 0;
    }

    public boolean isControl() {
        return false;
    }

    /** The records, decompressed as they are read. Fails with {@link CorruptBatchException} where they do not fit the header. */
    public Iterable<LogRecord> records() {
        return java.util.List.of();
    }
}
