package org.isthmus.broker.record;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Walks the records of one batch. Every length is checked against the bytes that are there before anything is allocated for it. */
final class RecordReader implements Iterator<LogRecord> {
    private final RecordBatch batch;
    private final ByteBuffer bytes;
    private final int count;
    private int read;

    RecordReader(RecordBatch batch, ByteBuffer bytes) {
        this.batch = batch;
        this.bytes = bytes;
        this.count = batch.count();
    }

    @Override
    public boolean hasNext() {
        if (read < count) {
            return true;
        }
        if (bytes.hasRemaining()) {
            throw corrupt(bytes.remaining() + " bytes follow the last record");
        }
        return false;
    }

    @Override
    public LogRecord next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        try {
            var record = readRecord();
            read++;
            return record;
        } catch (BufferUnderflowException e) {
            throw corrupt("record " + read + " is cut");
        }
    }

    private LogRecord readRecord() {
        var length = Varint.readInt(bytes);
        if (length < 0 || length > bytes.remaining()) {
            throw corrupt("record " + read + " has a length of " + length);
        }
        var end = bytes.position() + length;
        bytes.get(); // attributes of a record: none are in use
        var timestampDelta = Varint.readLong(bytes);
        var offsetDelta = Varint.readInt(bytes);
        if (offsetDelta < 0 || offsetDelta > batch.lastOffsetDelta()) {
            throw corrupt("record " + read + " lies " + offsetDelta + " offsets after the first");
        }
        var key = readBytes();
        var value = readBytes();
        var headers = readHeaders();
        if (bytes.position() != end) {
            throw corrupt("record " + read + " does not have the length that it says");
        }
        var timestampMs = batch.isLogAppendTime() ? batch.maxTimestampMs() : batch.baseTimestampMs() + timestampDelta;
        return new LogRecord(batch.baseOffset() + offsetDelta, timestampMs, key, value, headers);
    }

    private byte @Nullable [] readBytes() {
        var length = Varint.readInt(bytes);
        if (length < 0) {
            return null;
        }
        if (length > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        var target = new byte[length];
        bytes.get(target);
        return target;
    }

    private List<Header> readHeaders() {
        var headerCount = Varint.readInt(bytes);
        if (headerCount == 0) {
            return List.of();
        }
        if (headerCount < 0 || headerCount > bytes.remaining()) {
            throw corrupt("record " + read + " has " + headerCount + " headers");
        }
        var headers = new ArrayList<Header>(headerCount);
        for (var i = 0; i < headerCount; i++) {
            var name = readBytes();
            if (name == null) {
                throw corrupt("record " + read + " has a header without a name");
            }
            headers.add(new Header(new String(name, StandardCharsets.UTF_8), readBytes()));
        }
        return List.copyOf(headers);
    }

    private CorruptBatchException corrupt(String what) {
        return new CorruptBatchException("In the batch at offset " + batch.baseOffset() + ", " + what);
    }
}
