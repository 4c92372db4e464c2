package org.isthmus.broker.server;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.isthmus.broker.coordinator.share.Marks;
import org.isthmus.broker.coordinator.share.OffsetRange;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordCursor;

/** Finds expiry and priority in the headers where docs/jms-mapping.md has them. A batch that cannot have any is not taken apart. */
final class MessageMarks {
    private static final byte[] COMMON = "jms.".getBytes(StandardCharsets.US_ASCII);

    private MessageMarks() {}

    static Marks of(RecordBatch batch, OffsetRange range, long nowMs) {
        if (batch.compression() == Compression.NONE && !mayHave(batch.bytes())) {
            return Marks.NONE;
        }
        var expired = new ArrayList<OffsetRange>();
        var nextEndMs = Marks.NEVER;
        var urgent = new ArrayList<Marks.Urgent>();
        for (var record = batch.cursor(); record.next(); ) {
            if (!range.contains(record.offset())) {
                continue;
            }
            var endMs = endMs(record);
            if (endMs <= nowMs) {
                expired.add(OffsetRange.of(record.offset()));
            } else {
                nextEndMs = Math.min(nextEndMs, endMs);
            }
            var priority = priority(record);
            if (priority != Marks.USUAL_PRIORITY) {
                urgent.add(new Marks.Urgent(record.offset(), priority));
            }
        }
        return new Marks(expired, nextEndMs, urgent);
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

    private static long endMs(RecordCursor record) {
        var value = MessageFields.text(record, MessageFields.EXPIRES);
        if (value == null) {
            return Marks.NEVER;
        }
        try {
            var endMs = Long.parseLong(value);
            return endMs > 0 ? endMs : Marks.NEVER;
        } catch (NumberFormatException e) {
            return Marks.NEVER;
        }
    }

    private static int priority(RecordCursor record) {
        var value = MessageFields.text(record, MessageFields.PRIORITY);
        return value != null && value.length() == 1 && value.charAt(0) >= '0' && value.charAt(0) <= '9'
                ? value.charAt(0) - '0'
                : Marks.USUAL_PRIORITY;
    }
}
