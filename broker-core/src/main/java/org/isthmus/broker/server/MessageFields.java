package org.isthmus.broker.server;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.isthmus.broker.common.WaitMark;
import org.isthmus.broker.record.HeaderValue;
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

    /** Of a property without a type of its own. */
    private static final char STRING = 's';

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

    /** The value of the last header that is a property of this name. */
    private @Nullable Object property(String name) {
        var wanted = bytesOf(name);
        HeaderValue found = null;
        HeaderValue types = null;
        for (var headers = record.headers(); headers.next(); ) {
            if (headers.startsWith(OWN)) {
                types = types == null && headers.isNamed(TYPES) ? headers.valueInPlace() : types;
            } else if (headers.isNamed(wanted) || isNamedAlike(headers, name)) {
                found = headers.valueInPlace();
            }
        }
        return found == null ? null : value(found, types == null ? STRING : types.letterOf(wanted, STRING));
    }

    private static Object value(HeaderValue found, char type) {
        try {
            return switch (type) {
                case 'z' -> Boolean.valueOf(found.text());
                case 'b', 'h', 'i', 'l' -> {
                    var number = found.number();
                    yield number.isPresent() ? number.getAsLong() : Long.valueOf(found.text());
                }
                case 'f' -> Float.valueOf(found.text());
                case 'd' -> Double.valueOf(found.text());
                default -> found.text();
            };
        } catch (NumberFormatException changedOnTheWay) {
            return found.text();
        }
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
        return name.indexOf('_') >= 0 && headers.nameLength() >= name.length() - 1 && isNamed(headers.name(), name);
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
