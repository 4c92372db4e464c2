package org.isthmus.broker.coordinator;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads what {@link FieldWriter} wrote. Fails with {@link IllegalStateException} on bytes that it cannot have written. */
public final class FieldReader {
    private final ByteBuffer in;

    public FieldReader(byte[] bytes) {
        in = ByteBuffer.wrap(bytes);
    }

    /** Whether anything follows; what newer records have besides stands at their end. */
    public boolean hasMore() {
        return in.hasRemaining();
    }

    public boolean flag() {
        return next() != 0;
    }

    public long number() {
        var folded = 0L;
        for (var shift = 0; shift < 64; shift += 7) {
            var part = next();
            folded |= (long) (part & 0x7F) << shift;
            if ((part & 0x80) == 0) {
                return (folded >>> 1) ^ -(folded & 1);
            }
        }
        throw new IllegalStateException("number has no end at byte " + in.position());
    }

    public int integer() {
        return Math.toIntExact(number());
    }

    public Bytes bytes() {
        var length = number();
        if (length < 0 || length > in.remaining()) {
            throw new IllegalStateException("length " + length + " at byte " + in.position() + " does not fit");
        }
        var array = new byte[(int) length];
        in.get(array);
        return new Bytes(array);
    }

    public String text() {
        return new String(bytes().array(), StandardCharsets.UTF_8);
    }

    public @Nullable String optionalText() {
        return flag() ? text() : null;
    }

    public UUID uuid() {
        return new UUID(number(), number());
    }

    private byte next() {
        try {
            return in.get();
        } catch (BufferUnderflowException e) {
            throw new IllegalStateException("record ends at byte " + in.position(), e);
        }
    }
}
