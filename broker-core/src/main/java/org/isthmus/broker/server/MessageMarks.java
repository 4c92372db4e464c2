package org.isthmus.broker.server;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.isthmus.broker.coordinator.share.Marks;
import org.isthmus.broker.coordinator.share.OffsetRange;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.LogRecord;
import org.isthmus.broker.record.RecordBatch;
import org.jspecify.annotations.Nullable;

/** Finds expiry and priority in the headers where docs/jms-mapping.md has them. A batch that cannot have any is not taken apart. */
final class MessageMarks {
    private static final String EXPIRES = "jms.expires";
    private static final String PRIORITY = "jms.priority";
    private static final byte[] COMMON = "jms.".getBytes(StandardCharsets.US_ASCII);

    private MessageMarks() {}

    static Marks of(RecordBatch batch, OffsetRange range, long nowMs) {
        if (batch.compression() == Compression.NONE && !mayHave(batch.bytes())) {
            return Marks.NONE;
        }
        var expired = new ArrayList<OffsetRange>();
        var urgent = new ArrayList<Marks.Urgent>();
        for (var record : batch.records()) {
            if (!range.contains(record.offset())) {
                continue;
            }
            if (isExpired(record, nowMs)) {
                expired.add(OffsetRange.of(record.offset()));
            }
            var priority = priority(record);
            if (priority != Marks.USUAL_PRIORITY) {
                urgent.add(new Marks.Urgent(record.offset(), priority));
            }
        }
        return new Marks(expired, urgent);
    }

    /** Whether one of the two names is among the bytes. */
    private static boolean mayHave(ByteBuffer bytes) {
        var end = bytes.limit() - COMMON.length;
        for (var at = bytes.position() + RecordBatch.HEADER_BYTES; at < end; at++) {
            if (bytes.get(at) == COMMON[0]
                    && bytes.get(at + 1) == COMMON[1]
                    && bytes.get(at + 2) == COMMON[2]
                    && bytes.get(at + 3) == COMMON[3]
                    && (bytes.get(at + 4) == 'e' || bytes.get(at + 4) == 'p')) {
                return true;
            }
        }
        return false;
    }

    private static boolean isExpired(LogRecord record, long nowMs) {
        var value = header(record, EXPIRES);
        if (value == null) {
            return false;
        }
        try {
            var expiresMs = Long.parseLong(value);
            return expiresMs > 0 && expiresMs <= nowMs;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static int priority(LogRecord record) {
        var value = header(record, PRIORITY);
        return value != null && value.length() == 1 && value.charAt(0) >= '0' && value.charAt(0) <= '9'
                ? value.charAt(0) - '0'
                : Marks.USUAL_PRIORITY;
    }

    private static @Nullable String header(LogRecord record, String name) {
        for (var header : record.headers()) {
            if (header.key().equals(name)) {
                return header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
            }
        }
        return null;
    }
}
