package org.isthmus.broker.coordinator.share;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isthmus.broker.coordinator.RecordCodec;
import org.isthmus.broker.record.LogRecord;

/**
 * Share records as bytes: the group as key; in the value a version, a kind, and its fields, offsets as the distance from the one before,
 * so that a range costs a few bytes.
 */
final class ShareRecordCodec implements RecordCodec<ShareRecord> {
    private static final byte VERSION = 0;

    private static final byte STATE = 1;
    private static final byte DELETED = 2;
    private static final byte RECONFIGURED = 3;
    private static final byte DONE = 4;
    private static final byte GIVEN_BACK = 5;
    private static final byte PENDING = 6;

    private static final int EXCLUSIVE = 1;
    private static final int EPHEMERAL = 2;
    private static final int PLACES_ONLY = 4;
    private static final int BY_CONSENT = 8;

    @Override
    public byte[] key(ShareRecord record) {
        return record.group().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] value(ShareRecord record) {
        var bytes = new ByteArrayOutputStream();
        try {
            var out = new Out(new DataOutputStream(bytes));
            out.bytes.writeByte(VERSION);
            if (record instanceof ShareRecord.GroupState state) {
                out.bytes.writeByte(STATE);
                out.settings(state.settings());
                out.number(state.startOffset());
                out.number(state.archivedCount());
                out.number(state.expiredCount());
                out.ranges(state.done());
                out.number(state.returned().size());
                for (var run : state.returned()) {
                    out.range(run.range());
                    out.returned(run.value());
                }
                out.number(state.pending().size());
                for (var run : state.pending()) {
                    out.range(run.range());
                    out.staged(run.value());
                }
                out.number(state.waited());
            } else if (record instanceof ShareRecord.GroupDeleted) {
                out.bytes.writeByte(DELETED);
            } else if (record instanceof ShareRecord.Reconfigured change) {
                out.bytes.writeByte(RECONFIGURED);
                out.settings(change.settings());
            } else if (record instanceof ShareRecord.Done done) {
                out.bytes.writeByte(DONE);
                out.bytes.writeByte(done.outcome().code());
                out.ranges(done.ranges());
            } else if (record instanceof ShareRecord.GivenBack back) {
                out.bytes.writeByte(GIVEN_BACK);
                out.returned(back.returned());
                out.ranges(back.ranges());
            } else if (record instanceof ShareRecord.Pending pending) {
                out.bytes.writeByte(PENDING);
                out.staged(pending.staged());
                out.returned(pending.delivered());
                out.ranges(pending.ranges());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @Override
    public ShareRecord decode(LogRecord record) {
        var key = record.key();
        var value = record.value();
        if (key == null || value == null) {
            throw new IllegalStateException("share record without key or value at offset " + record.offset());
        }
        try {
            var in = new In(new DataInputStream(new ByteArrayInputStream(value)));
            var version = in.bytes.readByte();
            if (version != VERSION) {
                throw new IllegalStateException("share record of version " + version + " at offset " + record.offset());
            }
            return decode(new String(key, StandardCharsets.UTF_8), in.bytes.readByte(), in);
        } catch (IOException | IllegalArgumentException | ArithmeticException e) {
            throw new IllegalStateException("malformed share record at offset " + record.offset(), e);
        }
    }

    private static ShareRecord decode(String group, byte kind, In in) throws IOException {
        return switch (kind) {
            case STATE -> state(group, in);
            case DELETED -> new ShareRecord.GroupDeleted(group);
            case RECONFIGURED -> new ShareRecord.Reconfigured(group, in.settings());
            case DONE -> {
                var outcome = Outcome.of(in.bytes.readByte());
                yield new ShareRecord.Done(group, in.ranges(), outcome);
            }
            case GIVEN_BACK -> {
                var returned = in.returned();
                yield new ShareRecord.GivenBack(group, in.ranges(), returned);
            }
            case PENDING -> {
                var staged = in.staged();
                var delivered = in.returned();
                yield new ShareRecord.Pending(group, in.ranges(), delivered, staged);
            }
            default -> throw new IOException("kind " + kind);
        };
    }

    private static ShareRecord state(String group, In in) throws IOException {
        var settings = in.settings();
        var start = in.number();
        var archived = in.number();
        var expired = in.number();
        var done = in.ranges();
        var returned = new ArrayList<OffsetMap.Run<Returned>>();
        for (var left = in.number(); left > 0; left--) {
            var range = in.range();
            returned.add(new OffsetMap.Run<>(range, in.returned()));
        }
        var pending = new ArrayList<OffsetMap.Run<Staged>>();
        for (var left = in.number(); left > 0; left--) {
            var range = in.range();
            pending.add(new OffsetMap.Run<>(range, in.staged()));
        }
        // Groups were there before any record said how long it had waited.
        var waited = in.bytes.available() > 0 ? in.number() : 0;
        return new ShareRecord.GroupState(group, settings, start, waited, done, returned, pending, archived, expired);
    }

    private static final class Out {
        private final DataOutputStream bytes;
        private long previous;

        Out(DataOutputStream bytes) {
            this.bytes = bytes;
        }

        /** Seven bits a byte, sign folded in. */
        void number(long value) throws IOException {
            var folded = (value << 1) ^ (value >> 63);
            while ((folded & ~0x7fL) != 0) {
                bytes.writeByte((int) ((folded & 0x7f) | 0x80));
                folded >>>= 7;
            }
            bytes.writeByte((int) folded);
        }

        void range(OffsetRange range) throws IOException {
            number(range.first() - previous);
            number(range.size());
            previous = range.last();
        }

        void ranges(List<OffsetRange> ranges) throws IOException {
            number(ranges.size());
            for (var range : ranges) {
                range(range);
            }
        }

        void text(Optional<String> text) throws IOException {
            var utf8 = text.map(present -> present.getBytes(StandardCharsets.UTF_8));
            number(utf8.map(present -> present.length).orElse(-1));
            if (utf8.isPresent()) {
                bytes.write(utf8.get());
            }
        }

        void returned(Returned returned) throws IOException {
            number(returned.deliveries());
            number(returned.availableAtMs());
        }

        void staged(Staged staged) throws IOException {
            number(staged.transaction().producerId());
            bytes.writeShort(staged.transaction().producerEpoch());
            bytes.writeBoolean(staged.rejected());
        }

        void settings(ShareSettings settings) throws IOException {
            text(settings.interest().selector());
            text(settings.interest().excludedClient());
            bytes.writeBoolean(settings.stock());
            bytes.writeByte(flags(settings));
            bytes.writeBoolean(settings.committedOnly());
            number(settings.maxDeliveries());
            number(settings.maxInFlight());
            number(settings.lockMs());
            number(settings.backoff().firstMs());
            bytes.writeDouble(settings.backoff().factor());
            number(settings.backoff().longestMs());
            text(settings.deadLetterTarget().map(DeadLetterTarget::topic));
        }

        private static int flags(ShareSettings settings) {
            var placesOnly = settings.deadLetterTarget()
                    .filter(deadLetterTarget -> !deadLetterTarget.whole())
                    .isPresent();
            var byConsent = settings.deadLetterTarget()
                    .filter(DeadLetterTarget::byConsent)
                    .isPresent();
            return (settings.exclusive() ? EXCLUSIVE : 0)
                    | (settings.ephemeral() ? EPHEMERAL : 0)
                    | (placesOnly ? PLACES_ONLY : 0)
                    | (byConsent ? BY_CONSENT : 0);
        }
    }

    private static final class In {
        private final DataInputStream bytes;
        private long previous;

        In(DataInputStream bytes) {
            this.bytes = bytes;
        }

        long number() throws IOException {
            long folded = 0;
            for (var shift = 0; shift < 64; shift += 7) {
                var next = bytes.readByte();
                folded |= (next & 0x7fL) << shift;
                if (next >= 0) {
                    return (folded >>> 1) ^ -(folded & 1);
                }
            }
            throw new IOException("number longer than 64 bits");
        }

        int small() throws IOException {
            return Math.toIntExact(number());
        }

        OffsetRange range() throws IOException {
            var first = previous + number();
            previous = first + number() - 1;
            return new OffsetRange(first, previous);
        }

        List<OffsetRange> ranges() throws IOException {
            var ranges = new ArrayList<OffsetRange>();
            for (var left = number(); left > 0; left--) {
                ranges.add(range());
            }
            return ranges;
        }

        Optional<String> text() throws IOException {
            var length = small();
            if (length < 0) {
                return Optional.empty();
            }
            var utf8 = bytes.readNBytes(length);
            if (utf8.length < length) {
                throw new IOException("text of " + length + " bytes is cut");
            }
            return Optional.of(new String(utf8, StandardCharsets.UTF_8));
        }

        Returned returned() throws IOException {
            var deliveries = small();
            return new Returned(deliveries, number());
        }

        Staged staged() throws IOException {
            var producerId = number();
            return new Staged(new Transaction(producerId, bytes.readShort()), bytes.readBoolean());
        }

        ShareSettings settings() throws IOException {
            var selector = text();
            var excludedClient = text();
            var stock = bytes.readBoolean();
            var flags = bytes.readByte();
            var committedOnly = bytes.readBoolean();
            var maxDeliveries = small();
            var maxInFlight = small();
            var lockMs = small();
            var firstMs = number();
            var factor = bytes.readDouble();
            var backoff = new Backoff(firstMs, factor, number());
            return new ShareSettings(
                    new Interest(selector, excludedClient),
                    stock,
                    (flags & EXCLUSIVE) != 0,
                    committedOnly,
                    maxDeliveries,
                    maxInFlight,
                    lockMs,
                    backoff,
                    text().map(topic ->
                            new DeadLetterTarget(topic, (flags & PLACES_ONLY) == 0, (flags & BY_CONSENT) != 0)),
                    (flags & EPHEMERAL) != 0);
        }
    }
}
