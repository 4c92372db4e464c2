package org.isthmus.broker.record;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.zip.CRC32C;

/**
 * One batch of format v2, seen in a buffer without copying. Its fields are read where they lie; nothing is believed until {@link #check}
 * has passed. Not thread-safe where it is stamped; else as safe as its buffer.
 */
public final class RecordBatch {
    /** Bytes before the first record. */
    public static final int HEADER_BYTES = 61;

    /** Bytes from which a batch's size can be told. */
    public static final int LENGTH_END = 12;

    public static final byte MAGIC = 2;
    public static final long NO_PRODUCER_ID = -1;
    public static final short NO_PRODUCER_EPOCH = -1;
    public static final int NO_SEQUENCE = -1;

    /** What the records of one batch may become when decompressed; more is taken for an attack on the memory. */
    public static final int MAX_DECOMPRESSED_BYTES = 128 << 20;

    static final int BASE_OFFSET = 0;
    static final int LENGTH = 8;
    static final int LEADER_EPOCH = 12;
    static final int MAGIC_BYTE = 16;
    static final int CRC = 17;
    static final int ATTRIBUTES = 21;
    static final int LAST_OFFSET_DELTA = 23;
    static final int BASE_TIMESTAMP = 27;
    static final int MAX_TIMESTAMP = 35;
    static final int PRODUCER_ID = 43;
    static final int PRODUCER_EPOCH = 51;
    static final int BASE_SEQUENCE = 53;
    static final int COUNT = 57;

    static final int COMPRESSION_MASK = 0x07;
    static final int LOG_APPEND_TIME = 0x08;
    static final int TRANSACTIONAL = 0x10;
    static final int CONTROL = 0x20;
    static final int DELETE_HORIZON = 0x40;

    private final ByteBuffer buffer;
    private final int start;
    private final int size;

    private RecordBatch(ByteBuffer buffer, int start, int size) {
        this.buffer = buffer;
        this.start = start;
        this.size = size;
    }

    /** The whole batches in a buffer, from its position to its limit, in order. A cut last batch is left out. Fails on a length below the header's. */
    public static Iterable<RecordBatch> in(ByteBuffer buffer) {
        return () -> new Batches(buffer.duplicate());
    }

    /** The batch that begins at the buffer's position and lies whole in it. Fails with {@link CorruptBatchException} where none does. */
    public static RecordBatch first(ByteBuffer buffer) {
        var batches = new Batches(buffer.duplicate());
        if (!batches.hasNext()) {
            throw new CorruptBatchException("A batch is cut at " + buffer.remaining() + " bytes");
        }
        return batches.next();
    }

    /**
     * Bytes of the batch that begins at this index, by its own length field; the buffer must hold {@link #LENGTH_END} bytes of it. Fails on
     * a length below the header's or beyond what an array can hold.
     */
    public static int sizeAt(ByteBuffer buffer, int index) {
        var length = buffer.getInt(index + LENGTH);
        if (length < HEADER_BYTES - LENGTH_END || length > Integer.MAX_VALUE - LENGTH_END) {
            throw new CorruptBatchException("A batch says that it has " + length + " bytes after its length");
        }
        return length + LENGTH_END;
    }

    /**
     * Fails with {@link CorruptBatchException} unless this is format v2, unchanged since its checksum was made, with a sane number of
     * records. Says nothing of the records themselves.
     */
    public void check() {
        if (magic() != MAGIC) {
            throw new CorruptBatchException("A batch has format " + magic() + ", not " + MAGIC);
        }
        if (!isChecksumValid()) {
            throw new CorruptBatchException("A batch of " + size + " bytes at offset " + baseOffset()
                    + " is not the one that its checksum was made for");
        }
        if (count() < 0 || lastOffsetDelta() < 0 || lastOffsetDelta() < count() - 1 || baseOffset() < 0) {
            throw new CorruptBatchException("A batch has " + count() + " records from offset " + baseOffset()
                    + " and ends " + lastOffsetDelta() + " offsets later");
        }
    }

    public boolean isChecksumValid() {
        return checksum() == computeChecksum();
    }

    public long baseOffset() {
        return buffer.getLong(start + BASE_OFFSET);
    }

    public long lastOffset() {
        return baseOffset() + lastOffsetDelta();
    }

    /** The offset that follows this batch. */
    public long nextOffset() {
        return lastOffset() + 1;
    }

    public int sizeInBytes() {
        return size;
    }

    public int leaderEpoch() {
        return buffer.getInt(start + LEADER_EPOCH);
    }

    public byte magic() {
        return buffer.get(start + MAGIC_BYTE);
    }

    /** The CRC32C that the batch carries, as an unsigned number. */
    public long checksum() {
        return Integer.toUnsignedLong(buffer.getInt(start + CRC));
    }

    public short attributes() {
        return buffer.getShort(start + ATTRIBUTES);
    }

    public boolean hasKnownCompression() {
        return Compression.isKnown(attributes() & COMPRESSION_MASK);
    }

    public Compression compression() {
        return Compression.of(attributes() & COMPRESSION_MASK);
    }

    /** Whether the log gave the records their timestamp, which is then {@link #maxTimestampMs} for all of them. */
    public boolean isLogAppendTime() {
        return (attributes() & LOG_APPEND_TIME) != 0;
    }

    public boolean isTransactional() {
        return (attributes() & TRANSACTIONAL) != 0;
    }

    public boolean isControl() {
        return (attributes() & CONTROL) != 0;
    }

    public boolean hasDeleteHorizon() {
        return (attributes() & DELETE_HORIZON) != 0;
    }

    public int lastOffsetDelta() {
        return buffer.getInt(start + LAST_OFFSET_DELTA);
    }

    /** What the records' timestamps are relative to; with {@link #hasDeleteHorizon}, the time at which its tombstones may go. */
    public long baseTimestampMs() {
        return buffer.getLong(start + BASE_TIMESTAMP);
    }

    public long maxTimestampMs() {
        return buffer.getLong(start + MAX_TIMESTAMP);
    }

    public boolean hasProducer() {
        return producerId() != NO_PRODUCER_ID;
    }

    public long producerId() {
        return buffer.getLong(start + PRODUCER_ID);
    }

    public short producerEpoch() {
        return buffer.getShort(start + PRODUCER_EPOCH);
    }

    public int baseSequence() {
        return buffer.getInt(start + BASE_SEQUENCE);
    }

    /** The sequence of the last record; sequences go on at 0 after the largest int. */
    public int lastSequence() {
        var base = baseSequence();
        return base == NO_SEQUENCE ? NO_SEQUENCE : (base + lastOffsetDelta()) & Integer.MAX_VALUE;
    }

    public int count() {
        return buffer.getInt(start + COUNT);
    }

    /** The batch's bytes: a view, not a copy. */
    public ByteBuffer bytes() {
        return buffer.slice(start, size);
    }

    /** Gives the batch its place in a log. The checksum does not cover this. */
    public void stamp(long baseOffset, int leaderEpoch) {
        buffer.putLong(start + BASE_OFFSET, baseOffset);
        buffer.putInt(start + LEADER_EPOCH, leaderEpoch);
    }

    /** Gives all records the time of their append, and the batch the checksum that then fits. */
    public void stampLogAppendTime(long nowMs) {
        buffer.putShort(start + ATTRIBUTES, (short) (attributes() | LOG_APPEND_TIME));
        buffer.putLong(start + MAX_TIMESTAMP, nowMs);
        buffer.putInt(start + CRC, (int) computeChecksum());
    }

    /** The records, decompressed when the reading begins. Fails with {@link CorruptBatchException} where they do not fit the header. */
    public Iterable<LogRecord> records() {
        return () -> new RecordReader(this, recordBytes());
    }

    /** The records where they lie, decompressed first where they are compressed. Fails with {@link CorruptBatchException} where that fails. */
    public RecordCursor cursor() {
        return new RecordCursor(this, recordBytes());
    }

    private ByteBuffer recordBytes() {
        var stored = buffer.slice(start + HEADER_BYTES, size - HEADER_BYTES);
        return compression().decompress(stored, MAX_DECOMPRESSED_BYTES);
    }

    private long computeChecksum() {
        var crc = new CRC32C();
        crc.update(buffer.duplicate().limit(start + size).position(start + ATTRIBUTES));
        return crc.getValue();
    }

    @Override
    public String toString() {
        return "RecordBatch[" + baseOffset() + ".." + lastOffset() + ", " + size + " bytes]";
    }

    private static final class Batches implements Iterator<RecordBatch> {
        private final ByteBuffer buffer;
        private int next;

        private Batches(ByteBuffer buffer) {
            this.buffer = buffer;
            this.next = buffer.position();
        }

        @Override
        public boolean hasNext() {
            var left = buffer.limit() - next;
            return left >= LENGTH_END && sizeAt(buffer, next) <= left;
        }

        @Override
        public RecordBatch next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            var batch = new RecordBatch(buffer, next, sizeAt(buffer, next));
            next += batch.size;
            return batch;
        }
    }
}
