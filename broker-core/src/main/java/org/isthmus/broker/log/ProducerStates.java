package org.isthmus.broker.log;

import static org.isthmus.broker.common.ErrorCode.INVALID_PRODUCER_EPOCH;
import static org.isthmus.broker.common.ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.isthmus.broker.record.CorruptBatchException;
import org.isthmus.broker.record.EndTransactionMarker;
import org.isthmus.broker.record.EndTransactionMarker.Outcome;
import org.isthmus.broker.record.RecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * What the log remembers of each producer: its epoch, its last batches and its open transaction. Owned by the log's owner. Nothing but
 * the sum of the batches that were replayed, so that recovery gives what was there before.
 */
final class ProducerStates {
    private static final int SNAPSHOT_VERSION = 1;
    private static final int BATCH_BYTES = 28;
    private static final int PRODUCER_BYTES = 8 + 2 + 4 + 8 + 8 + 1;

    private final Map<Long, ProducerState> producers = new HashMap<>();
    /** Producer ids by where their open transactions begin. */
    private final TreeMap<Long, Long> openTransactions = new TreeMap<>();

    private List<OpenTransaction> open = List.of();
    private boolean openIsStale;

    /** A transaction that a marker ended; where it aborted one, what the index must keep. */
    record Ended(
            long producerId,
            long firstOffset,
            long markerOffset,
            @Nullable AbortedTransaction aborted) {}

    /** Null if the batch may be appended; else what to answer. */
    @Nullable
    AppendResult check(RecordBatch batch, AppendOrigin origin) {
        var producer = producers.get(batch.producerId());
        if (producer == null) {
            // All that this producer wrote may have been deleted with the log's old end: whatever it goes on with is
            // right.
            return null;
        }
        if (batch.producerEpoch() < producer.epoch) {
            return new AppendResult.Rejected(
                    INVALID_PRODUCER_EPOCH,
                    "Producer " + batch.producerId() + " has epoch " + producer.epoch + ", the batch "
                            + batch.producerEpoch());
        }
        if (origin == AppendOrigin.NEXT_EPOCH && batch.producerEpoch() == producer.epoch) {
            return new AppendResult.Duplicate(-1, -1, -1);
        }
        if (batch.isControl() || batch.baseSequence() == RecordBatch.NO_SEQUENCE) {
            return null;
        }
        var duplicate = producer.duplicateOf(batch);
        if (duplicate != null) {
            return duplicate;
        }
        var expected = producer.expectedSequence(batch.producerEpoch());
        return expected == batch.baseSequence()
                ? null
                : new AppendResult.Rejected(
                        OUT_OF_ORDER_SEQUENCE_NUMBER,
                        "Producer " + batch.producerId() + " is to go on with sequence " + expected + ", not "
                                + batch.baseSequence());
    }

    /** Takes in a batch that is in the log. Never refuses. */
    @Nullable
    Ended replay(RecordBatch batch) {
        if (!batch.hasProducer()) {
            return null;
        }
        var producer = producers.computeIfAbsent(batch.producerId(), ProducerState::new);
        producer.enter(batch.producerEpoch());
        producer.lastTimestampMs = batch.maxTimestampMs();
        if (batch.isControl()) {
            return replayMarker(producer, batch);
        }
        if (batch.baseSequence() != RecordBatch.NO_SEQUENCE) {
            producer.remember(batch);
        }
        if (batch.isTransactional() && producer.transactionStart < 0) {
            producer.transactionStart = batch.baseOffset();
            openTransactions.put(batch.baseOffset(), producer.id);
            openIsStale = true;
        }
        return null;
    }

    private @Nullable Ended replayMarker(ProducerState producer, RecordBatch batch) {
        var marker = EndTransactionMarker.in(batch);
        producer.coordinatorEpoch = marker.coordinatorEpoch();
        var start = producer.transactionStart;
        if (start < 0) {
            return null;
        }
        producer.transactionStart = -1;
        openTransactions.remove(start);
        openIsStale = true;
        var stable = firstOpenOffset(batch.nextOffset());
        var aborted = marker.outcome() == Outcome.ABORT
                ? new AbortedTransaction(producer.id, start, batch.baseOffset(), stable)
                : null;
        return new Ended(producer.id, start, batch.baseOffset(), aborted);
    }

    /** Where the oldest open transaction begins, or the given offset where none is open. */
    long firstOpenOffset(long endOffset) {
        return openTransactions.isEmpty() ? endOffset : openTransactions.firstKey();
    }

    /** The open transactions, in the order in which they began; the same list for as long as they are the same. */
    List<OpenTransaction> open() {
        if (openIsStale) {
            var now = new ArrayList<OpenTransaction>(openTransactions.size());
            openTransactions.forEach((start, producerId) -> now.add(new OpenTransaction(producerId, start)));
            open = List.copyOf(now);
            openIsStale = false;
        }
        return open;
    }

    List<ActiveProducer> active() {
        return producers.values().stream().map(ProducerState::active).toList();
    }

    int size() {
        return producers.size();
    }

    Set<Long> ids() {
        return Set.copyOf(producers.keySet());
    }

    /**
     * Forgets the producers that wrote nothing since then and have no open transaction. What they write may say that it is old, and the date may have
     * been set; so whoever has written from this offset on is not taken for idle.
     */
    void forgetIdle(long timestampMs, long offset) {
        producers
                .values()
                .removeIf(producer -> producer.transactionStart < 0
                        && producer.lastTimestampMs < timestampMs
                        && producer.lastOffset() < offset);
    }

    void clear() {
        producers.clear();
        openTransactions.clear();
        openIsStale = true;
    }

    ByteBuffer snapshot() {
        var size = 8 + 8;
        for (var producer : producers.values()) {
            size += PRODUCER_BYTES + producer.count * BATCH_BYTES;
        }
        var target = ByteBuffer.allocate(size).putInt(SNAPSHOT_VERSION).putInt(producers.size());
        producers.values().forEach(producer -> producer.writeTo(target));
        var crc = new CRC32C();
        crc.update(target.duplicate().flip());
        return target.putLong(crc.getValue()).flip();
    }

    /** Takes the place of everything known. Fails with {@link CorruptBatchException} on what is not a whole snapshot. */
    void load(ByteBuffer snapshot) {
        clear();
        if (snapshot.remaining() < 16) {
            throw new CorruptBatchException("A snapshot of producers has " + snapshot.remaining() + " bytes");
        }
        var crc = new CRC32C();
        crc.update(snapshot.duplicate().limit(snapshot.limit() - 8));
        if (crc.getValue() != snapshot.getLong(snapshot.limit() - 8) || snapshot.getInt() != SNAPSHOT_VERSION) {
            throw new CorruptBatchException("A snapshot of producers is damaged");
        }
        for (var left = snapshot.getInt(); left > 0; left--) {
            var producer = ProducerState.readFrom(snapshot);
            producers.put(producer.id, producer);
            if (producer.transactionStart >= 0) {
                openTransactions.put(producer.transactionStart, producer.id);
            }
        }
    }
}
