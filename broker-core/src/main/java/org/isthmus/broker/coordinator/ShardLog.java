package org.isthmus.broker.coordinator;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.isthmus.broker.record.RecordBatch;

/** The log partition under a shard. All calls come from, and all answers go to, the loop that owns the partition. */
public interface ShardLog {
    /**
     * Appends one batch. The answer carries its last offset and comes at once; that it is committed is told by {@link #committed}. Fails
     * where the log is not led here any more or the disk refuses.
     */
    CompletionStage<Long> append(ByteBuffer batch);

    /** Completes once everything up to this offset, included, is committed; fails when this replica stops leading. */
    CompletionStage<Void> committed(long offset);

    /** Reads every batch from the log's start to its end, in order. */
    CompletionStage<Void> readAll(Consumer<RecordBatch> reader);
}
