package org.isthmus.broker.record;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Walks the records of one batch where they lie: keys are views and nothing is copied, so that one may ask after keys and headers without
 * paying for values. Used by one thread. Fails with {@link CorruptBatchException} where the records do not fit the header.
 */
public final class RecordCursor {
    private final RecordBatch batch;
    private final ByteBuffer bytes;
    private final int first;
    private int read;
    private int start;
    private int rest;
    private int end;
    private long timestampDelta;
    private int offsetDelta;
    private int keyStart;
    private int keyLength;
    private boolean hasValue;
    private int headersStart;
    private final RecordHeaders headers;

    RecordCursor(RecordBatch batch, ByteBuffer bytes) {
        this.batch = batch;
        this.bytes = bytes;
        this.first = bytes.position();
        this.headers = new RecordHeaders(bytes.duplicate());
    }

    /** Goes to the next record; false behind the last. */
    public boolean next() {
        if (read == batch.count()) {
            if (bytes.hasRemaining()) {
                throw corrupt(bytes.remaining() + " bytes follow the last record");
            }
            return false;
        }
        try {
            readRecord();
        } catch (BufferUnderflowException e) {
            throw corrupt("record " + read + " is cut");
        }
        read++;
        return true;
    }

    /** Goes back before the first record. */
    public void rewind() {
        bytes.position(first);
        read = 0;
    }

    public long offset() {
        return batch.baseOffset() + offsetDelta;
    }

    public long timestampMs() {
        return batch.isLogAppendTime() ? batch.maxTimestampMs() : batch.baseTimestampMs() + timestampDelta;
    }

    /** The key, or null where the record has none. Valid as long as the batch. */
    public @Nullable ByteBuffer key() {
        return keyLength < 0 ? null : bytes.slice(keyStart, keyLength);
    }

    /** False for what deletes its key in a compacted log. */
    public boolean hasValue() {
        return hasValue;
    }

    /** The headers, from the first on each time that this is called. */
    public RecordHeaders headers() {
        try {
            headers.begin(headersStart, end);
        } catch (BufferUnderflowException e) {
            throw corrupt("record " + read + " has no number of headers");
        }
        return headers;
    }

    /** The whole record, with its length before it. */
    ByteBuffer raw() {
        return bytes.slice(start, end - start);
    }

    /** What follows the timestamp in the record. */
    ByteBuffer afterTimestamp() {
        return bytes.slice(rest, end - rest);
    }

    private void readRecord() {
        start = bytes.position();
        var length = Varint.readInt(bytes);
        if (length < 0 || length > bytes.remaining()) {
            throw corrupt("record " + read + " has a length of " + length);
        }
        end = bytes.position() + length;
        bytes.get(); // attributes of a record: none are in use
        timestampDelta = Varint.readLong(bytes);
        rest = bytes.position();
        offsetDelta = Varint.readInt(bytes);
        if (offsetDelta < 0 || offsetDelta > batch.lastOffsetDelta()) {
            throw corrupt("record " + read + " lies " + offsetDelta + " offsets after the first");
        }
        keyLength = Varint.readInt(bytes);
        keyStart = bytes.position();
        skip(keyLength);
        var valueLength = Varint.readInt(bytes);
        hasValue = valueLength >= 0;
        skip(valueLength);
        headersStart = bytes.position();
        if (headersStart > end) {
            throw corrupt("record " + read + " does not have the length that it says");
        }
        bytes.position(end);
    }

    /** Passes so many bytes; none where the length says that there is nothing. */
    private void skip(int length) {
        if (length > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        bytes.position(bytes.position() + Math.max(0, length));
    }

    private CorruptBatchException corrupt(String what) {
        return new CorruptBatchException("In the batch at offset " + batch.baseOffset() + ", " + what);
    }
}
