package org.isthmus.broker.protocol.client;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.isthmus.broker.client.FetchedRecord;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.record.RecordBatch;
import org.jspecify.annotations.Nullable;

/** Fetched batches as records, without control records and without what aborted transactions wrote. */
final class BatchReader {
    /** What was read, and where to read on, which may be behind the last record. */
    record Read(List<FetchedRecord> records, long nextOffset) {}

    private BatchReader() {}

    /**
     * @param position records below it are left out: a batch may begin earlier than what was asked for
     * @param aborted aborted transactions that reach into the batches, as the broker tells them
     */
    static Read read(
            TopicPartition partition, long position, ByteBuffer batches, @Nullable List<AbortedTransaction> aborted) {
        var records = new ArrayList<FetchedRecord>();
        var toBegin = byFirstOffset(aborted);
        Set<Long> aborting = new HashSet<>();
        long next = position;
        for (var batch : RecordBatch.in(batches)) {
            while (!toBegin.isEmpty() && toBegin.element().firstOffset() <= batch.lastOffset()) {
                aborting.add(toBegin.remove().producerId());
            }
            next = Math.max(next, batch.nextOffset());
            if (batch.isControl()) {
                // The marker that ends the transaction; a later one of the same producer is told separately.
                aborting.remove(batch.producerId());
            } else if (!batch.isTransactional() || !aborting.contains(batch.producerId())) {
                for (var record : batch.records()) {
                    if (record.offset() >= position) {
                        records.add(new FetchedRecord(partition, record));
                    }
                }
            }
        }
        return new Read(records, next);
    }

    private static Deque<AbortedTransaction> byFirstOffset(@Nullable List<AbortedTransaction> aborted) {
        if (aborted == null || aborted.isEmpty()) {
            return new ArrayDeque<>();
        }
        var sorted = new ArrayList<>(aborted);
        sorted.sort(Comparator.comparingLong(AbortedTransaction::firstOffset));
        return new ArrayDeque<>(sorted);
    }
}
