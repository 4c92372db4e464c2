package org.isthmus.jms.mapping;

import jakarta.jms.DeliveryMode;
import jakarta.jms.Message;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.isthmus.broker.client.FetchedRecord;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.record.Header;
import org.isthmus.broker.record.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * Envelope ⇄ record. A header is written only where the value is not the default, so a plain message costs two of them. Reading never
 * fails: whatever a Kafka client wrote is some message.
 */
public final class RecordMapping {
    private static final String BODY = "jms.body";
    private static final String ID = "jms.id";
    private static final String ORIGIN = "jms.from";
    private static final String CORRELATION_ID = "jms.correlation-id";
    private static final String REPLY_TO = "jms.reply-to";
    private static final String TYPE = "jms.type";
    private static final String PRIORITY = "jms.priority";
    private static final String MODE = "jms.mode";
    private static final String EXPIRES = "jms.expires";
    private static final String DELIVERY_TIME = "jms.delivery-time";

    private static final String ID_PREFIX = "ID:";
    private static final byte[] NON_PERSISTENT = ascii("non-persistent");

    private RecordMapping() {}

    public static NewRecord toRecord(Envelope envelope) {
        var headers = envelope.properties().toHeaders();
        headers.add(new Header(BODY, envelope.kind().word()));
        var id = envelope.messageId();
        if (id != null) {
            headers.add(new Header(ID, utf8(id.substring(ID_PREFIX.length()))));
        }
        var origin = envelope.origin();
        if (origin != null && !origin.equals(originOf(id))) {
            headers.add(new Header(ORIGIN, utf8(origin)));
        }
        if (envelope.correlationId() != null) {
            headers.add(new Header(CORRELATION_ID, envelope.correlationId()));
        }
        if (envelope.replyTo() != null) {
            headers.add(new Header(REPLY_TO, utf8(envelope.replyTo().toString())));
        }
        if (envelope.type() != null) {
            headers.add(new Header(TYPE, utf8(envelope.type())));
        }
        if (envelope.priority() != Message.DEFAULT_PRIORITY) {
            headers.add(new Header(PRIORITY, ascii(Integer.toString(envelope.priority()))));
        }
        if (envelope.deliveryMode() == DeliveryMode.NON_PERSISTENT) {
            headers.add(new Header(MODE, NON_PERSISTENT));
        }
        if (envelope.expiresMs() != 0) {
            headers.add(new Header(EXPIRES, ascii(Long.toString(envelope.expiresMs()))));
        }
        if (envelope.deliveryMs() != envelope.timestampMs()) {
            headers.add(new Header(DELIVERY_TIME, ascii(Long.toString(envelope.deliveryMs()))));
        }
        return new NewRecord(envelope.timestampMs(), key(envelope.properties()), envelope.body(), headers);
    }

    /** The key by which a message is put into a partition, or null where its session decides. */
    private static byte @Nullable [] key(PropertyTable properties) {
        var group = properties.get(PropertyNames.GROUP_ID);
        return group == null ? null : utf8(group.toString());
    }

    /**
     * What a record says.
     *
     * @param recordsAsText whether a record that does not tell its kind is text where it can be
     * @param deliveryCount how often it has been delivered, this time included
     */
    public static Envelope toEnvelope(FetchedRecord fetched, boolean recordsAsText, int deliveryCount) {
        var record = fetched.record();
        String id = null;
        String origin = null;
        byte[] correlationId = null;
        Address replyTo = null;
        String type = null;
        int mode = DeliveryMode.PERSISTENT;
        int priority = Message.DEFAULT_PRIORITY;
        long expires = 0;
        long delivery = record.timestampMs();
        BodyKind kind = null;
        boolean declaredText = recordsAsText;
        for (var header : record.headers()) {
            var name = header.key();
            var value = header.value();
            if (value == null) {
                continue;
            }
            if (!name.startsWith(PropertyHeaders.PREFIX)) {
                declaredText |= saysText(name, value);
                continue;
            }
            switch (name) {
                case BODY -> kind = BodyKind.of(value);
                case ID -> id = ID_PREFIX + text(value);
                case ORIGIN -> origin = text(value);
                case CORRELATION_ID -> correlationId = value;
                case REPLY_TO -> replyTo = Address.parse(text(value));
                case TYPE -> type = text(value);
                case PRIORITY -> priority = (int) number(value, 0, 9, Message.DEFAULT_PRIORITY);
                case MODE ->
                    mode = Arrays.equals(value, NON_PERSISTENT) ? DeliveryMode.NON_PERSISTENT : DeliveryMode.PERSISTENT;
                case EXPIRES -> expires = number(value, 0, Long.MAX_VALUE, 0);
                case DELIVERY_TIME -> delivery = number(value, 0, Long.MAX_VALUE, delivery);
                default -> {} // the broker's, or of a later version, and then what it means cannot be guessed
            }
        }
        var body = record.value();
        return new Envelope(
                id,
                origin != null ? origin : originOf(id),
                correlationId,
                replyTo,
                type,
                mode,
                priority,
                record.timestampMs(),
                expires,
                delivery,
                new PropertyTable(fetched.partition().partition(), record, deliveryCount),
                kind != null ? kind : guess(body, declaredText),
                body);
    }

    /** The priority of the message in the record. */
    public static int priority(LogRecord record) {
        for (var header : record.headers()) {
            if (header.value() != null && header.key().equals(PRIORITY)) {
                return (int) number(header.value(), 0, 9, Message.DEFAULT_PRIORITY);
            }
        }
        return Message.DEFAULT_PRIORITY;
    }

    /** The part of a message identifier that names its connection; what a connection's identifiers must begin with. */
    private static @Nullable String originOf(@Nullable String id) {
        if (id == null) {
            return null;
        }
        int end = id.indexOf(':', ID_PREFIX.length());
        return end < 0 ? null : id.substring(ID_PREFIX.length(), end);
    }

    private static BodyKind guess(byte @Nullable [] body, boolean declaredText) {
        if (body == null) {
            return BodyKind.NONE;
        }
        return declaredText && Utf8.decode(body) != null ? BodyKind.TEXT : BodyKind.BYTES;
    }

    private static boolean saysText(String name, byte[] value) {
        if (!name.equalsIgnoreCase("content-type") && !name.equalsIgnoreCase("contentType")) {
            return false;
        }
        var type = text(value).toLowerCase(Locale.ROOT);
        int parameters = type.indexOf(';');
        var media = (parameters < 0 ? type : type.substring(0, parameters)).strip();
        return media.startsWith("text/")
                || media.equals("application/json")
                || media.equals("application/xml")
                || media.endsWith("+json")
                || media.endsWith("+xml");
    }

    private static long number(byte[] value, long least, long most, long otherwise) {
        try {
            long number = Long.parseLong(text(value));
            return number < least || number > most ? otherwise : number;
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static String text(byte[] value) {
        return new String(value, StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
