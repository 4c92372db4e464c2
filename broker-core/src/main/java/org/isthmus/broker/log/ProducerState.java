package org.isthmus.broker.log;

import java.nio.ByteBuffer;
import org.isthmus.broker.record.RecordBatch;
import org.jspecify.annotations.Nullable;

/** One producer, as a log knows it. Owned by the log's owner. Keeps its last five batches, which is as many as a producer has in flight. */
final class ProducerState {
    private static final int KEPT = 5;

    final long id;
    short epoch = RecordBatch.NO_PRODUCER_EPOCH;
    int coordinatorEpoch = -1;
    long lastTimestampMs;
    /** Offset at which the open transaction begins, or −1. */
    long transactionStart = -1;

    int count;
    private final int[] baseSequence = new int[KEPT];
    private final int[] lastSequence = new int[KEPT];
    private final long[] baseOffset = new long[KEPT];
    private final long[] lastOffset = new long[KEPT];
    private final long[] logAppendTimeMs = new long[KEPT];
    private int newest = KEPT - 1;

    ProducerState(long id) {
        this.id = id;
    }

    /** A new epoch counts its sequences from 0 again. */
    void enter(short batchEpoch) {
        if (batchEpoch != epoch) {
            epoch = batchEpoch;
            count = 0;
        }
    }

    void remember(RecordBatch batch) {
        remember(
                batch.baseSequence(),
                batch.lastSequence(),
                batch.baseOffset(),
                batch.lastOffset(),
                batch.isLogAppendTime() ? batch.maxTimestampMs() : -1);
    }

    private void remember(int firstSequence, int endSequence, long firstOffset, long endOffset, long stampMs) {
        newest = (newest + 1) % KEPT;
        count = Math.min(KEPT, count + 1);
        baseSequence[newest] = firstSequence;
        lastSequence[newest] = endSequence;
        baseOffset[newest] = firstOffset;
        lastOffset[newest] = endOffset;
        logAppendTimeMs[newest] = stampMs;
    }

    AppendResult.@Nullable Duplicate duplicateOf(RecordBatch batch) {
        if (batch.producerEpoch() != epoch) {
            return null;
        }
        for (var age = 0; age < count; age++) {
            var at = (newest - age + KEPT) % KEPT;
            if (baseSequence[at] == batch.baseSequence() && lastSequence[at] == batch.lastSequence()) {
                return new AppendResult.Duplicate(baseOffset[at], lastOffset[at], logAppendTimeMs[at]);
            }
        }
        return null;
    }

    /** The sequence that a batch of this epoch has to begin with; after the largest int comes 0. */
    int expectedSequence(short batchEpoch) {
        return batchEpoch == epoch && count > 0 ? (lastSequence[newest] + 1) & Integer.MAX_VALUE : 0;
    }

    /** Of its last batch with a sequence; −1 where none is known. */
    long lastOffset() {
        return count > 0 ? lastOffset[newest] : -1;
    }

    ActiveProducer active() {
        var sequence = count > 0 ? lastSequence[newest] : RecordBatch.NO_SEQUENCE;
        return new ActiveProducer(id, epoch, sequence, lastTimestampMs, coordinatorEpoch, transactionStart);
    }

    void writeTo(ByteBuffer target) {
        target.putLong(id)
                .putShort(epoch)
                .putInt(coordinatorEpoch)
                .putLong(lastTimestampMs)
                .putLong(transactionStart);
        target.put((byte) count);
        for (var age = count - 1; age >= 0; age--) {
            var at = (newest - age + KEPT) % KEPT;
            target.putInt(baseSequence[at]).putInt(lastSequence[at]);
            target.putLong(baseOffset[at]);
            // The last offset follows from the sequences' distance; a batch spans fewer than 2^31 offsets.
            target.putInt((int) (lastOffset[at] - baseOffset[at])).putLong(logAppendTimeMs[at]);
        }
    }

    static ProducerState readFrom(ByteBuffer source) {
        var state = new ProducerState(source.getLong());
        state.epoch = source.getShort();
        state.coordinatorEpoch = source.getInt();
        state.lastTimestampMs = source.getLong();
        state.transactionStart = source.getLong();
        for (var left = source.get(); left > 0; left--) {
            var firstSequence = source.getInt();
            var endSequence = source.getInt();
            var firstOffset = source.getLong();
            var delta = source.getInt();
            state.remember(firstSequence, endSequence, firstOffset, firstOffset + delta, source.getLong());
        }
        return state;
    }
}
