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
    private static final byte STAGED = 3;
    private static final byte ENDED = 4;

    @Override
    public byte[] key(DelayRecord record) {
        return new byte[] {kind(record)};
    }

    private static byte kind(DelayRecord record) {
        if (record instanceof DelayRecord.Waiting) {
            return WAITING;
        }
        if (record instanceof DelayRecord.Moving) {
            return MOVING;
        }
        if (record instanceof DelayRecord.Moved) {
            return MOVED;
        }
        return record instanceof DelayRecord.Staged ? STAGED : ENDED;
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
        } else if (record instanceof DelayRecord.Staged staged) {
            write(out, staged.by()).number(staged.atMs()).bytes(staged.batch());
        } else if (record instanceof DelayRecord.Ended ended) {
            write(out, ended.outcome()).flag(ended.committed()).number(ended.notBeforeMs());
        }
        return out.toBytes();
    }

    private static FieldWriter write(FieldWriter out, Due due) {
        return out.number(due.atMs()).number(due.since()).number(due.id());
    }

    private static FieldWriter write(FieldWriter out, StagedBy by) {
        return out.number(by.producerId()).number(by.producerEpoch());
    }

    @Override
    public DelayRecord decode(LogRecord record) {
        var key = record.key();
        var value = record.value();
        if (key == null || key.length != 1 || value == null) {
            throw new IllegalStateException("no delay record at offset " + record.offset());
        }
        var in = new FieldReader(value);
        return switch (key[0]) {
            case WAITING -> new DelayRecord.Waiting(due(in), in.bytes());
            case MOVING -> new DelayRecord.Moving(due(in), in.number(), in.integer());
            case MOVED -> new DelayRecord.Moved(due(in), in.number(), in.integer());
            case STAGED -> new DelayRecord.Staged(stagedBy(in), in.number(), in.bytes());
            case ENDED -> new DelayRecord.Ended(stagedBy(in), in.flag(), in.number());
            default -> throw new IllegalStateException("delay record of kind " + key[0] + " at " + record.offset());
        };
    }

    private static Due due(FieldReader in) {
        return new Due(in.number(), in.number(), in.number());
    }

    private static StagedBy stagedBy(FieldReader in) {
        return new StagedBy(in.number(), (short) in.integer());
    }
}
