package org.isthmus.broker.log;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.isthmus.broker.record.RecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * The batches of a part of the log that tell what is known of each producer at its end: the last with records and, where it brought a new
 * epoch, the last marker. Whatever later becomes of the log behind that part, its producers can be told again from them. Used by one thread.
 */
final class LastBatches {
    private final Set<Long> producers;
    private final Map<Long, Last> byProducer = new HashMap<>();

    private static final class Last {
        private long dataOffset = -1;
        private int dataEpoch = -1;
        private long markerOffset = -1;
        private int markerEpoch = -1;
    }

    /** @param producers those that are not forgotten; of the others nothing needs to be told */
    LastBatches(Set<Long> producers) {
        this.producers = Set.copyOf(producers);
    }

    boolean isEmpty() {
        return producers.isEmpty();
    }

    /** Takes in the next batch. */
    void add(HeaderScan batch) {
        if (!producers.contains(batch.producerId())) {
            return;
        }
        var last = byProducer.computeIfAbsent(batch.producerId(), id -> new Last());
        if (batch.isControl()) {
            last.markerOffset = batch.lastOffset();
            last.markerEpoch = batch.producerEpoch();
        } else {
            last.dataOffset = batch.lastOffset();
            last.dataEpoch = batch.producerEpoch();
        }
    }

    boolean contains(RecordBatch batch) {
        @Nullable Last last = byProducer.get(batch.producerId());
        if (last == null) {
            return false;
        }
        return batch.isControl()
                ? batch.lastOffset() == last.markerOffset && last.markerEpoch != last.dataEpoch
                : batch.lastOffset() == last.dataOffset;
    }
}
