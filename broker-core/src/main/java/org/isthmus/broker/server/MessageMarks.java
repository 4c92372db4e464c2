package org.isthmus.broker.server;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.isthmus.broker.common.WaitMark;
import org.isthmus.broker.coordinator.share.Marks;
import org.isthmus.broker.coordinator.share.OffsetRange;
import org.isthmus.broker.record.CorruptBatchException;
import org.isthmus.broker.record.RecordBatch;
import org.jspecify.annotations.Nullable;

/** Finds expiry, priority and how long a record waited in the headers where docs/jms-mapping.md has them. */
final class MessageMarks {
    private static final byte[] COMMON = "jms.".getBytes(StandardCharsets.US_ASCII);

    private MessageMarks() {}

    /** Of records that nobody could take apart, none: they are handed out as they are. */
    static Marks of(RecordBatch batch, OffsetRange range, WaitMark waiting, long nowMs) {
        try {
            return read(batch, range, waiting, nowMs);
        } catch (CorruptBatchException e) {
            return Marks.NONE;
        }
    }

    private static Marks read(RecordBatch batch, OffsetRange range, WaitMark waiting, long nowMs) {
        var expired = new ArrayList<OffsetRange>();
        var nextEndMs = Marks.NEVER;
        var urgent = new ArrayList<Marks.Urgent>();
        var waited = new ArrayList<Marks.Waited>();
        for (var record = batch.cursor(); record.next(); ) {
            if (!range.contains(record.offset())) {
                continue;
            }
            String expires = null;
            String urgency = null;
            String wait = null;
            for (var headers = record.headers(); headers.next(); ) {
                if (!headers.startsWith(COMMON)) {
                    continue;
                }
                if (expires == null && headers.isNamed(MessageFields.EXPIRES)) {
                    expires = headers.value();
                } else if (urgency == null && headers.isNamed(MessageFields.PRIORITY)) {
                    urgency = headers.value();
                } else if (wait == null && headers.isNamed(MessageFields.WAITED)) {
                    wait = headers.value();
                }
            }
            var endMs = endMs(expires);
            var priority = priority(urgency);
            if (endMs <= nowMs) {
                expired.add(OffsetRange.of(record.offset()));
            } else {
                nextEndMs = Math.min(nextEndMs, endMs);
            }
            if (priority != Marks.USUAL_PRIORITY) {
                urgent.add(new Marks.Urgent(record.offset(), priority));
            }
            if (wait != null) {
                waited.add(new Marks.Waited(record.offset(), waiting.place(wait)));
            }
        }
        return expired.isEmpty() && urgent.isEmpty() && waited.isEmpty() && nextEndMs == Marks.NEVER
                ? Marks.NONE
                : new Marks(expired, nextEndMs, urgent, waited);
    }

    private static long endMs(@Nullable String value) {
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

    private static int priority(@Nullable String value) {
        return value != null && value.length() == 1 && value.charAt(0) >= '0' && value.charAt(0) <= '9'
                ? value.charAt(0) - '0'
                : Marks.USUAL_PRIORITY;
    }
}
