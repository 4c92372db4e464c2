package org.isthmus.broker.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.broker.record.RecordBatch;

/** Tells the batches that do not count, given the aborted transactions of a part of the log. Never changes. */
final class AbortedRecords {
    static final AbortedRecords NOTHING = new AbortedRecords(List.of());

    private final Map<Long, List<AbortedTransaction>> byProducer = new HashMap<>();

    /** @param transactions in the order of their markers */
    AbortedRecords(List<AbortedTransaction> transactions) {
        for (var transaction : transactions) {
            byProducer
                    .computeIfAbsent(transaction.producerId(), id -> new ArrayList<>())
                    .add(transaction);
        }
    }

    boolean contains(RecordBatch batch) {
        if (!batch.isTransactional() || batch.isControl()) {
            return false;
        }
        // A producer has one transaction at a time, so of those that end behind the batch only the first can hold it.
        var ofProducer = byProducer.getOrDefault(batch.producerId(), List.of());
        var low = 0;
        var high = ofProducer.size();
        while (low < high) {
            var middle = (low + high) >>> 1;
            if (ofProducer.get(middle).markerOffset() < batch.baseOffset()) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < ofProducer.size() && ofProducer.get(low).firstOffset() <= batch.baseOffset();
    }
}
