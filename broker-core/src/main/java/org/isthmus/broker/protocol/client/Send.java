package org.isthmus.broker.protocol.client;

import java.util.concurrent.CompletableFuture;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** One record on its way, from the call to its answer. */
record Send(
        TopicPartition partition,
        NewRecord record,
        Acks acks,
        int sizeInBytes,
        Deadline deadline,
        CompletableFuture<Long> answer) {

    /** What a record takes beside its key, value and headers, at most: lengths, offset and timestamp. */
    private static final int OVERHEAD_BYTES = 32;

    static int sizeOf(NewRecord record) {
        int size = OVERHEAD_BYTES + length(record.key()) + length(record.value());
        for (var header : record.headers()) {
            // Two lengths of up to five bytes; a character of a name takes three bytes at most.
            size += 10 + 3 * header.key().length() + length(header.value());
        }
        return size;
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
