package org.isthmus.broker.protocol.client;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.isthmus.broker.client.ShareStream.ShareDelivery;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.record.RecordBatch;

/**
 * What one share fetch brought of a partition.
 *
 * @param deliveries the records that are on loan now
 * @param gaps offsets that are on loan but hold no record, as first and last; to be settled, or nobody ever does
 */
record ShareLoan(List<ShareDelivery> deliveries, List<Gap> gaps) {
    record Gap(long first, long last) {}

    /** Batches come whole; only what the broker names as acquired is ours. Both are in the order of their offsets. */
    static ShareLoan read(TopicPartition partition, PartitionData part, int session) {
        var deliveries = new ArrayList<ShareDelivery>();
        var gaps = new ArrayList<Gap>();
        var acquired = part.acquiredRecords().iterator();
        var range = acquired.hasNext() ? acquired.next() : null;
        long expected = range == null ? 0 : range.firstOffset();
        if (range != null && part.records() instanceof MemoryRecords records) {
            for (var batch : RecordBatch.in(records.buffer())) {
                if (batch.isControl()) {
                    continue;
                }
                for (var record : batch.records()) {
                    while (range != null && record.offset() > range.lastOffset()) {
                        addGap(expected, range.lastOffset(), gaps);
                        range = acquired.hasNext() ? acquired.next() : null;
                        expected = range == null ? 0 : range.firstOffset();
                    }
                    if (range == null) {
                        return new ShareLoan(deliveries, gaps);
                    }
                    if (record.offset() >= range.firstOffset()) {
                        addGap(expected, record.offset() - 1, gaps);
                        deliveries.add(new ShareDelivery(partition, record, range.deliveryCount(), session));
                        expected = record.offset() + 1;
                    }
                }
            }
        }
        while (range != null) {
            addGap(expected, range.lastOffset(), gaps);
            range = acquired.hasNext() ? acquired.next() : null;
            expected = range == null ? 0 : range.firstOffset();
        }
        return new ShareLoan(deliveries, gaps);
    }

    private static void addGap(long first, long last, List<Gap> gaps) {
        if (first <= last) {
            gaps.add(new Gap(first, last));
        }
    }
}
