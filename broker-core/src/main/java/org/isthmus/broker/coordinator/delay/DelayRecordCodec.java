package org.isthmus.broker.coordinator.delay;

import org.isthmus.broker.coordinator.FieldReader;
import org.isthmus.broker.coordinator.FieldWriter;
import org.isthmus.broker.coordinator.RecordCodec;
import org.isthmus.broker.record.LogRecord;

/** Delay records as bytes: the kind in the key, the fields in the value. */
final class DelayRecordCodec implements RecordCodec<DelayRecord> {
    private static final byte WAITING = 0;
    private static final byte MOVING = 1;
    private static final byte MOVED = 2;

    @Override
    public byte[] key(DelayRecord record) {
        return new byte[] {
            record instanceof DelayRecord.Waiting ? WAITING : record instanceof DelayRecord.Moving ? MOVING : MOVED
        };
    }

    @Override
    public byte[] value(DelayRecord record) {
        var out = new FieldWriter();
        if (record instanceof DelayRecord.Waiting waiting) {
            write(out, waiting.due()).bytes(waiting.batch());
        } else if (record instanceof DelayRecord.Moving moving) {
            write(out, moving.upTo()).number(moving.producerId()).number(moving.sequence());
        } else if (record instanceof DelayRecord.Moved moved) {
            write(out, moved.upTo()).number(moved.producerId()).number(moved.nextSequence());
        }
        return out.toBytes();
    }

    private static FieldWriter write(FieldWriter out, Due due) {
        return out.number(due.atMs()).number(due.id());
    }

    @Override
    public DelayRecord decode(LogRecord record) {
        var key = record.key();
        var value = record.value();
        if (key == null || key.length != 1 || value == null) {
            throw new IllegalStateException("no delay record at offset " + record.offset());
        }
        var in = new FieldReader(value);
        var due = new Due(in.number(), in.number());
        return switch (key[0]) {
            case WAITING -> new DelayRecord.Waiting(due, in.bytes());
            case MOVING -> new DelayRecord.Moving(due, in.number(), in.integer());
            case MOVED -> new DelayRecord.Moved(due, in.number(), in.integer());
            default -> throw new IllegalStateException("delay record of kind " + key[0] + " at " + record.offset());
        };
    }
}
