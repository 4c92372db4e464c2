package org.isthmus.broker.server;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.isthmus.broker.common.WaitMark;
import org.isthmus.broker.record.RecordCursor;
import org.isthmus.broker.record.RecordHeaders;
import org.isthmus.broker.selector.PropertySource;
import org.jspecify.annotations.Nullable;

/**
 * A record, as a selector sees the message in it. Looks up only what is asked for: most selectors ask for one property of many. The places of
 * the fields are those of docs/jms-mapping.md.
 */
record MessageFields(RecordCursor record) implements PropertySource {
    private static final byte[] OWN = bytes("jms.");
    private static final byte[] ID = bytes("jms.id");
    private static final byte[] CORRELATION_ID = bytes("jms.correlation-id");
    private static final byte[] TYPE = bytes("jms.type");
    private static final byte[] TYPES = bytes("jms.types");
    private static final byte[] MODE = bytes("jms.mode");
    private static final byte[] DELIVERY_TIME = bytes("jms.delivery-time");
    private static final byte[] FROM = bytes("jms.from");
    static final byte[] PRIORITY = bytes("jms.priority");
    static final byte[] EXPIRES = bytes("jms.expires");
    static final byte[] WAITED = bytes(WaitMark.HEADER);

    private static final int MOST_REMEMBERED = 1_000;
    private static final Map<String, byte[]> NAMES = new ConcurrentHashMap<>();

    @Override
    public @Nullable Object value(String name) {
        return switch (name) {
            case "JMSMessageID" -> {
                var id = text(record, ID);
                yield id == null ? null : "ID:" + id;
            }
            case "JMSCorrelationID" -> text(record, CORRELATION_ID);
            case "JMSType" -> text(record, TYPE);
            case "JMSTimestamp" -> record.timestampMs();
            case "JMSDeliveryTime" -> deliveryTime();
            case "JMSDeliveryMode" -> "non-persistent".equals(text(record, MODE)) ? "NON_PERSISTENT" : "PERSISTENT";
            case "JMSPriority" -> priority();
            case "JMSXGroupID" -> key();
            default ->
                name.startsWith("JMS") && !name.startsWith("JMSX") && !name.startsWith("JMS_") ? null : property(name);
        };
    }

    private @Nullable String key() {
        var key = record.key();
        return key == null
                ? null
                : StandardCharsets.UTF_8.decode(key.duplicate()).toString();
    }

    private Object deliveryTime() {
        var digits = text(record, DELIVERY_TIME);
        try {
            return digits == null ? record.timestampMs() : Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return record.timestampMs();
        }
    }

    private Object priority() {
        var digit = text(record, PRIORITY);
        return digit != null && digit.length() == 1 && Character.isDigit(digit.charAt(0))
                ? (long) (digit.charAt(0) - '0')
                : 4L;
    }

    private @Nullable Object property(String name) {
        var text = lastNamed(name);
        if (text == null) {
            return null;
        }
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

    /** The value of the last header that is a property of this name. */
    private @Nullable String lastNamed(String name) {
        var wanted = bytesOf(name);
        String found = null;
        for (var headers = record.headers(); headers.next(); ) {
            if (headers.isNamed(wanted) ? !headers.startsWith(OWN) : isNamedAlike(headers, name)) {
                found = headers.value();
            }
        }
        return found;
    }

    /** Names of properties are few, and asked for with each record. */
    private static byte[] bytesOf(String name) {
        var known = NAMES.get(name);
        if (known == null) {
            known = bytes(name);
            if (NAMES.size() < MOST_REMEMBERED) {
                NAMES.put(name, known);
            }
        }
        return known;
    }

    private static boolean isNamedAlike(RecordHeaders headers, String name) {
        // A name with an underscore may stand for one that is no identifier, which has no fewer bytes than it has
        // characters.
        return name.indexOf('_') >= 0
                && headers.nameLength() >= name.length() - 1
                && !headers.startsWith(OWN)
                && isNamed(headers.name(), name);
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
        var types = text(record, TYPES);
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

    /** The value of the first header of this name. */
    static @Nullable String text(RecordCursor record, byte[] name) {
        for (var headers = record.headers(); headers.next(); ) {
            if (headers.isNamed(name)) {
                return headers.value();
            }
        }
        return null;
    }

    /** Whether the client of this name sent it; without a name the connection is meant, by the first part of the message's id. */
    static boolean isFrom(RecordCursor record, String client) {
        var from = text(record, FROM);
        if (from != null) {
            return from.equals(client);
        }
        var id = text(record, ID);
        return id != null && id.startsWith(client) && id.startsWith(":", client.length());
    }

    private static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }
}
