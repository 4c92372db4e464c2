package org.isthmus.jms.mapping;

import jakarta.jms.MessageFormatException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what {@link ValueWriter} wrote. The bytes come from the log and anybody may have written them: lengths are checked first. */
public final class ValueReader {
    private final ByteBuffer in;

    private ValueReader(byte[] bytes) {
        in = ByteBuffer.wrap(bytes);
    }

    public static List<@Nullable Object> stream(byte[] bytes) throws MessageFormatException {
        var reader = new ValueReader(bytes);
        var values = new ArrayList<@Nullable Object>();
        try {
            while (reader.in.hasRemaining()) {
                values.add(reader.value());
            }
        } catch (BufferUnderflowException e) {
            throw malformed(e);
        }
        return values;
    }

    public static Map<String, @Nullable Object> map(byte[] bytes) throws MessageFormatException {
        var reader = new ValueReader(bytes);
        var entries = new LinkedHashMap<String, @Nullable Object>();
        try {
            while (reader.in.hasRemaining()) {
                entries.put(reader.text(), reader.value());
            }
        } catch (BufferUnderflowException e) {
            throw malformed(e);
        }
        return entries;
    }

    private @Nullable Object value() throws MessageFormatException {
        byte tag = in.get();
        return switch (tag) {
            case 'n' -> null;
            case 'z' -> in.get() != 0;
            case 'b' -> in.get();
            case 'h' -> in.getShort();
            case 'c' -> in.getChar();
            case 'i' -> in.getInt();
            case 'l' -> in.getLong();
            case 'f' -> in.getFloat();
            case 'd' -> in.getDouble();
            case 's' -> text();
            case 'a' -> bytes();
            default -> throw new MessageFormatException("the body of this message has a value of unknown type " + tag);
        };
    }

    private String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    private byte[] bytes() {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        var bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static MessageFormatException malformed(BufferUnderflowException cause) {
        var e = new MessageFormatException("the body of this message ends in the middle of a value");
        e.initCause(cause);
        return e;
    }
}
