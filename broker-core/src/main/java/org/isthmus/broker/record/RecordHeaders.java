package org.isthmus.broker.record;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Walks the headers of a record where they lie, so that one may ask after one of many without paying for the others. Belongs to its {@link
 * RecordCursor} and is valid until that goes on. Fails with {@link CorruptBatchException} where the headers do not fit the record.
 */
public final class RecordHeaders {
    private final ByteBuffer bytes;
    private int left;
    private int name;
    private int nameLength;
    private int value;
    private int valueLength;

    RecordHeaders(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** Goes before the first of the headers that lie here. */
    void begin(int from, int end) {
        bytes.limit(end).position(from);
        left = Varint.readInt(bytes);
        if (left < 0) {
            throw new CorruptBatchException("A record has " + left + " headers");
        }
    }

    /** Goes to the next header; false behind the last. */
    public boolean next() {
        if (left == 0) {
            return false;
        }
        left--;
        try {
            nameLength = Varint.readInt(bytes);
            name = skip(nameLength);
            valueLength = Varint.readInt(bytes);
            value = valueLength < 0 ? -1 : skip(valueLength);
        } catch (BufferUnderflowException e) {
            throw new CorruptBatchException("A record has a header that is cut");
        }
        return true;
    }

    private int skip(int length) {
        if (length < 0 || length > bytes.remaining()) {
            throw new CorruptBatchException("A record has a header of " + length + " bytes");
        }
        var from = bytes.position();
        bytes.position(from + length);
        return from;
    }

    /** Whether the name is this, in UTF-8. */
    public boolean isNamed(byte[] wanted) {
        return nameLength == wanted.length && startsWith(wanted);
    }

    /** Whether the name begins so, in UTF-8. */
    public boolean startsWith(byte[] prefix) {
        if (nameLength < prefix.length) {
            return false;
        }
        for (var i = 0; i < prefix.length; i++) {
            if (bytes.get(name + i) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    /** Bytes of the name. */
    public int nameLength() {
        return nameLength;
    }

    public String name() {
        return text(name, nameLength);
    }

    /** The value as text in UTF-8; null where there is none. */
    public @Nullable String value() {
        return value < 0 ? null : text(value, valueLength);
    }

    /** The value where it lies, valid as long as the batch; null where there is none. */
    public @Nullable HeaderValue valueInPlace() {
        return value < 0 ? null : new HeaderValue(bytes, value, valueLength);
    }

    private String text(int from, int length) {
        return new HeaderValue(bytes, from, length).text();
    }
}
