package org.isthmus.jms.mapping;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.broker.record.Header;
import org.isthmus.broker.record.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * Properties as headers. Each is a header of its own name whose value is the property as text, so that any Kafka client reads it; the
 * header {@code jms.types} tells which of them are no strings ({@code count=i,open=z}). {@code JMSXGroupID} is the record's key instead.
 */
final class PropertyHeaders {
    static final String PREFIX = "jms.";
    private static final String TYPES = "jms.types";

    private PropertyHeaders() {}

    static void encode(Map<String, @Nullable Object> values, List<Header> headers) {
        StringBuilder types = null;
        for (var entry : values.entrySet()) {
            var name = entry.getKey();
            var value = entry.getValue();
            if (PropertyNames.isOfReceipt(name) || name.equals(PropertyNames.GROUP_ID)) {
                continue;
            }
            headers.add(new Header(name, value == null ? null : utf8(value.toString())));
            char type = typeOf(value);
            if (type != 's') {
                types = types == null ? new StringBuilder() : types.append(',');
                types.append(name).append('=').append(type);
            }
        }
        if (types != null) {
            headers.add(new Header(TYPES, utf8(types.toString())));
        }
    }

    static void decode(LogRecord record, Map<String, @Nullable Object> values) {
        var types = types(record.headers());
        var group = Utf8.decode(record.key());
        if (group != null) {
            values.put(PropertyNames.GROUP_ID, group);
        }
        for (var header : record.headers()) {
            if (!header.key().startsWith(PREFIX)) {
                var name = PropertyNames.ofHeader(header.key());
                values.put(name, value(header.value(), types.getOrDefault(name, 's')));
            }
        }
    }

    private static Map<String, Character> types(List<Header> headers) {
        for (var header : headers) {
            if (header.key().equals(TYPES)) {
                return types(Utf8.decode(header.value()));
            }
        }
        return Map.of();
    }

    private static Map<String, Character> types(@Nullable String text) {
        var types = new HashMap<String, Character>();
        if (text != null) {
            int at = 0;
            while (at < text.length()) {
                int comma = text.indexOf(',', at);
                int end = comma < 0 ? text.length() : comma;
                int equals = text.indexOf('=', at);
                if (equals > at && equals == end - 2) {
                    types.put(text.substring(at, equals), text.charAt(equals + 1));
                }
                at = end + 1;
            }
        }
        return types;
    }

    /** A value that its type cannot read stays text: somebody else may have changed the header on the way. */
    private static @Nullable Object value(byte @Nullable [] bytes, char type) {
        if (bytes == null) {
            return null;
        }
        var text = Utf8.decode(bytes);
        if (text == null) {
            return Utf8.hex(bytes);
        }
        try {
            return switch (type) {
                case 'z' -> Boolean.valueOf(text);
                case 'b' -> Byte.valueOf(text);
                case 'h' -> Short.valueOf(text);
                case 'i' -> Integer.valueOf(text);
                case 'l' -> Long.valueOf(text);
                case 'f' -> Float.valueOf(text);
                case 'd' -> Double.valueOf(text);
                default -> text;
            };
        } catch (NumberFormatException e) {
            return text;
        }
    }

    private static char typeOf(@Nullable Object value) {
        if (value == null || value instanceof String) {
            return 's';
        }
        if (value instanceof Integer) {
            return 'i';
        }
        if (value instanceof Long) {
            return 'l';
        }
        if (value instanceof Boolean) {
            return 'z';
        }
        if (value instanceof Double) {
            return 'd';
        }
        if (value instanceof Float) {
            return 'f';
        }
        if (value instanceof Short) {
            return 'h';
        }
        if (value instanceof Byte) {
            return 'b';
        }
        throw new IllegalArgumentException("no property value: " + value.getClass());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
