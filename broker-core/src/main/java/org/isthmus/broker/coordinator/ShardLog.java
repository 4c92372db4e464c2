package org.isthmus.broker.coordinator;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.isthmus.broker.common.DiskOrder;
import org.isthmus.broker.record.RecordBatch;

/** The log partition under a shard. All calls come from, and all answers go to, the loop that owns the partition. */
public interface ShardLog {
    /**
     * Appends one batch and returns the offset of its last record. That it is committed is told by {@link #committed}, and brought about by
     * {@link #hurry}, or by others in their time.
     *
     * @throws org.isthmus.broker.common.BrokerException where the append is refused and nothing was written: {@code
     *     NOT_LEADER_OR_FOLLOWER}, {@code NOT_ENOUGH_REPLICAS}, {@code MESSAGE_TOO_LARGE}
     * @throws IOException where it is not known what the log holds now; the shard above begins anew from the log
     */
    long append(ByteBuffer batch) throws IOException;

    /**
     * Completes once everything up to this offset, included, is committed, in as many replicas as the log's topic asks for and however long those
     * are away; −1 is committed at once. Fails when this replica stops leading.
     */
    CompletionStage<Void> committed(long offset);

    /**
     * Turns away who would wait for replicas that are away, nobody knows for how long, until everything up to this offset is committed.
     *
     * @throws org.isthmus.broker.common.BrokerException {@code NOT_ENOUGH_REPLICAS}
     */
    void requireReplicas(long offset);

    /** Has all that was appended committed as soon as may be. */
    void hurry();

    /** As {@link #hurry}, in a moment, within which somebody else may want it. */
    void hurrySoon();

    /** The order in which the disk gets what is hurried from now on; empty where the disk is not all that commits it. */
    default Optional<DiskOrder> diskOrder() {
        return Optional.empty();
    }

    /** Whether what is appended here now is lost by a crash that loses what was hurried before in this order. */
    default boolean standsBehind(DiskOrder order) {
        return false;
    }

    /** Gives every batch from the log's start to its end, committed or not, in order. A batch is valid during its call only. */
    CompletionStage<Void> readAll(Consumer<RecordBatch> reader);
}
