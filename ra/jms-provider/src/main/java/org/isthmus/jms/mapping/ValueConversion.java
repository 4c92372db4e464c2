package org.isthmus.jms.mapping;

import jakarta.jms.MessageFormatException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which value may be read as which type: the one table for properties (§3.5.4), map entries and stream elements (§3.11.3). What is not
 * in the table fails with {@link MessageFormatException}; a null or a string is read as the type's own {@code valueOf} reads it.
 */
public final class ValueConversion {
    private ValueConversion() {}

    public static boolean toBoolean(@Nullable Object value) throws MessageFormatException {
        if (value instanceof Boolean it) {
            return it;
        }
        return Boolean.parseBoolean(text(value, "boolean"));
    }

    public static byte toByte(@Nullable Object value) throws MessageFormatException {
        if (value instanceof Byte it) {
            return it;
        }
        return Byte.parseByte(number(value, "byte"));
    }

    public static short toShort(@Nullable Object value) throws MessageFormatException {
        if (value instanceof Short || value instanceof Byte) {
            return ((Number) value).shortValue();
        }
        return Short.parseShort(number(value, "short"));
    }

    public static char toChar(@Nullable Object value) throws MessageFormatException {
        if (value instanceof Character it) {
            return it;
        }
        if (value == null) {
            throw new NullPointerException("a null value read as a char");
        }
        throw unreadable(value, "char");
    }

    public static int toInt(@Nullable Object value) throws MessageFormatException {
        if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).intValue();
        }
        return Integer.parseInt(number(value, "int"));
    }

    public static long toLong(@Nullable Object value) throws MessageFormatException {
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        return Long.parseLong(number(value, "long"));
    }

    public static float toFloat(@Nullable Object value) throws MessageFormatException {
        if (value instanceof Float it) {
            return it;
        }
        return Float.parseFloat(Objects.requireNonNull(text(value, "float")));
    }

    public static double toDouble(@Nullable Object value) throws MessageFormatException {
        if (value instanceof Double || value instanceof Float) {
            return ((Number) value).doubleValue();
        }
        return Double.parseDouble(Objects.requireNonNull(text(value, "double")));
    }

    public static @Nullable String toText(@Nullable Object value) throws MessageFormatException {
        if (value instanceof byte[]) {
            throw unreadable(value, "String");
        }
        return value == null ? null : value.toString();
    }

    public static byte @Nullable [] toBytes(@Nullable Object value) throws MessageFormatException {
        if (value == null) {
            return null;
        }
        if (value instanceof byte[] bytes) {
            return bytes.clone();
        }
        throw unreadable(value, "byte[]");
    }

    private static String number(@Nullable Object value, String type) throws MessageFormatException {
        var text = text(value, type);
        if (text == null) {
            throw new NumberFormatException("a null value read as a " + type);
        }
        return text;
    }

    private static @Nullable String text(@Nullable Object value, String type) throws MessageFormatException {
        if (value == null) {
            return null;
        }
        if (value instanceof String text) {
            return text;
        }
        throw unreadable(value, type);
    }

    private static MessageFormatException unreadable(Object value, String type) {
        return new MessageFormatException(value.getClass().getSimpleName() + " cannot be read as " + type);
    }
}
