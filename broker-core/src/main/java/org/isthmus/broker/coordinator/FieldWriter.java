package org.isthmus.broker.coordinator;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes the fields of a coordinator's record one after another. {@link FieldReader} reads them in the same order. */
public final class FieldWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(64);

    public FieldWriter flag(boolean value) {
        out.write(value ? 1 : 0);
        return this;
    }

    public FieldWriter number(long value) {
        // Most numbers here are small: seven bits a byte, the sign folded into the lowest bit.
        var left = (value << 1) ^ (value >> 63);
        while ((left & ~0x7FL) != 0) {
            out.write((int) (left & 0x7F) | 0x80);
            left >>>= 7;
        }
        out.write((int) left);
        return this;
    }

    public FieldWriter bytes(Bytes value) {
        number(value.length());
        out.writeBytes(value.array());
        return this;
    }

    public FieldWriter text(String value) {
        return bytes(new Bytes(value.getBytes(StandardCharsets.UTF_8)));
    }

    public FieldWriter optionalText(@Nullable String value) {
        flag(value != null);
        return value == null ? this : text(value);
    }

    public FieldWriter uuid(UUID value) {
        return number(value.getMostSignificantBits()).number(value.getLeastSignificantBits());
    }

    public byte[] toBytes() {
        return out.toByteArray();
    }
}
