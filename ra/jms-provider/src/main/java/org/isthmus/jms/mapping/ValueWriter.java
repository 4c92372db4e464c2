package org.isthmus.jms.mapping;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the bodies of map and stream messages: each value is a tag byte and its big-endian bytes; texts and byte arrays have their
 * length before them as an int. {@link ValueReader} is its counterpart.
 */
public final class ValueWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    private ValueWriter() {}

    public static byte[] stream(Collection<? extends @Nullable Object> values) {
        var writer = new ValueWriter();
        try {
            for (var value : values) {
                writer.value(value);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return writer.bytes.toByteArray();
    }

    public static byte[] map(Map<String, ? extends @Nullable Object> entries) {
        var writer = new ValueWriter();
        try {
            for (var entry : entries.entrySet()) {
                writer.text(entry.getKey());
                writer.value(entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return writer.bytes.toByteArray();
    }

    private void value(@Nullable Object value) throws IOException {
        if (value == null) {
            out.writeByte('n');
        } else if (value instanceof Boolean it) {
            out.writeByte('z');
            out.writeBoolean(it);
        } else if (value instanceof Byte it) {
            out.writeByte('b');
            out.writeByte(it);
        } else if (value instanceof Short it) {
            out.writeByte('h');
            out.writeShort(it);
        } else if (value instanceof Character it) {
            out.writeByte('c');
            out.writeChar(it);
        } else if (value instanceof Integer it) {
            out.writeByte('i');
            out.writeInt(it);
        } else if (value instanceof Long it) {
            out.writeByte('l');
            out.writeLong(it);
        } else if (value instanceof Float it) {
            out.writeByte('f');
            out.writeFloat(it);
        } else if (value instanceof Double it) {
            out.writeByte('d');
            out.writeDouble(it);
        } else if (value instanceof String it) {
            out.writeByte('s');
            text(it);
        } else if (value instanceof byte[] it) {
            out.writeByte('a');
            out.writeInt(it.length);
            out.write(it);
        } else {
            throw new IllegalArgumentException("no value of a message: " + value.getClass());
        }
    }

    private void text(String text) throws IOException {
        var utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }
}
