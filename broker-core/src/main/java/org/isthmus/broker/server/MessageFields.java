package org.isthmus.broker.server;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.isthmus.broker.record.Header;
import org.isthmus.broker.record.LogRecord;
import org.isthmus.broker.selector.PropertySource;
import org.jspecify.annotations.Nullable;

/**
 * A record, as a selector sees the message in it. Looks up only what is asked for: most selectors ask for one property of many. The places of
 * the fields are those of docs/jms-mapping.md.
 */
record MessageFields(LogRecord record) implements PropertySource {
    private static final String OWN = "jms.";

    @Override
    public @Nullable Object value(String name) {
        return switch (name) {
            case "JMSMessageID" -> {
                var id = text("jms.id");
                yield id == null ? null : "ID:" + id;
            }
            case "JMSCorrelationID" -> text("jms.correlation-id");
            case "JMSType" -> text("jms.type");
            case "JMSTimestamp" -> record.timestampMs();
            case "JMSDeliveryTime" -> deliveryTime();
            case "JMSDeliveryMode" -> "non-persistent".equals(text("jms.mode")) ? "NON_PERSISTENT" : "PERSISTENT";
            case "JMSPriority" -> priority();
            case "JMSXGroupID" -> record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
            default ->
                name.startsWith("JMS") && !name.startsWith("JMSX") && !name.startsWith("JMS_") ? null : property(name);
        };
    }

    private Object deliveryTime() {
        var digits = text("jms.delivery-time");
        try {
            return digits == null ? record.timestampMs() : Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return record.timestampMs();
        }
    }

    private Object priority() {
        var digit = text("jms.priority");
        return digit != null && digit.length() == 1 && Character.isDigit(digit.charAt(0))
                ? (long) (digit.charAt(0) - '0')
                : 4L;
    }

    private @Nullable Object property(String name) {
        var header = lastNamed(name);
        if (header == null || header.value() == null) {
            return null;
        }
        var text = new String(header.value(), StandardCharsets.UTF_8);
        try {
            return switch (type(name)) {
                case 'z' -> Boolean.valueOf(text);
                case 'b', 'h', 'i', 'l' -> Long.valueOf(text);
                case 'f' -> Float.valueOf(text);
                case 'd' -> Double.valueOf(text);
                default -> text;
            };
        } catch (NumberFormatException changedOnTheWay) {
            return text;
        }
    }

    /** The last header that is a property of this name. */
    private @Nullable Header lastNamed(String name) {
        Header found = null;
        for (var header : record.headers()) {
            if (!header.key().startsWith(OWN) && isNamed(header.key(), name)) {
                found = header;
            }
        }
        return found;
    }

    /** Whether a header is the property of this name, where what an identifier cannot hold reads as an underscore. */
    private static boolean isNamed(String header, String name) {
        if (header.equals(name)) {
            return true;
        }
        var shift = name.length() - header.length();
        if (shift < 0 || shift > 1 || (shift == 1 && name.charAt(0) != '_')) {
            return false;
        }
        for (var at = 0; at < header.length(); at++) {
            var c = header.charAt(at);
            if (name.charAt(at + shift) != (Character.isJavaIdentifierPart(c) ? c : '_')) {
                return false;
            }
        }
        return shift == 0 || header.isEmpty() || !Character.isJavaIdentifierStart(header.charAt(0));
    }

    private char type(String name) {
        var types = text("jms.types");
        if (types == null) {
            return 's';
        }
        for (var at = types.indexOf(name + "="); at >= 0; at = types.indexOf(name + "=", at + 1)) {
            var type = at + name.length() + 1;
            if ((at == 0 || types.charAt(at - 1) == ',') && type < types.length()) {
                return types.charAt(type);
            }
        }
        return 's';
    }

    private @Nullable String text(String header) {
        var bytes = bytes(record, header);
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte @Nullable [] bytes(LogRecord record, String name) {
        for (var header : record.headers()) {
            if (header.key().equals(name)) {
                return header.value();
            }
        }
        return null;
    }

    /** Whether the client of this name sent it; without a name the connection is meant, by the first part of the message's id. */
    static boolean isFrom(LogRecord record, byte[] client) {
        var from = bytes(record, "jms.from");
        if (from != null) {
            return Arrays.equals(from, client);
        }
        var id = bytes(record, "jms.id");
        return id != null
                && id.length > client.length
                && id[client.length] == ':'
                && Arrays.equals(id, 0, client.length, client, 0, client.length);
    }
}
