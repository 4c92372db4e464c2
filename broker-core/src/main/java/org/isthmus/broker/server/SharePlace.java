package org.isthmus.broker.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.isthmus.broker.common.DiskOrder;
import org.isthmus.broker.coordinator.share.DeadLetters;
import org.isthmus.broker.coordinator.share.RecordSource;
import org.isthmus.broker.coordinator.share.ShareCoordinator;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.replica.Partition;
import org.isthmus.broker.runtime.EventLoop;

/** A partition that is led here, as its share groups see it. Owned by the partition's loop. */
final class SharePlace implements ShareCoordinator.Place {
    /** Each deletion notes the new start on the disk, which is not worth while for a few records. */
    private static final long LEAST_DELETED = 20_000;

    private final Partition partition;
    private final RecordSource records;
    private final DeadLetters deadLetters;
    private long deletedBelow;

    SharePlace(Partition partition, RecordSource records, DeadLetters deadLetters) {
        this.partition = partition;
        this.records = records;
        this.deadLetters = deadLetters;
    }

    @Override
    public EventLoop loop() {
        return partition.loop();
    }

    @Override
    public RecordSource records() {
        return records;
    }

    @Override
    public DeadLetters deadLetters() {
        return deadLetters;
    }

    @Override
    public long append(ByteBuffer batch) throws IOException {
        return partition.sidecar().appendHere(batch);
    }

    @Override
    public CompletionStage<Void> committed(long offset) {
        return partition.sidecar().keptUpTo(offset + 1);
    }

    @Override
    public void requireReplicas(long offset) {
        partition.sidecar().requireReplicas(offset + 1);
    }

    @Override
    public void hurry() {
        partition.sidecar().hurry();
    }

    @Override
    public void hurrySoon() {
        partition.sidecar().hurrySoon();
    }

    @Override
    public Optional<DiskOrder> diskOrder() {
        return partition.sidecar().diskOrder();
    }

    @Override
    public CompletionStage<Void> readAll(Consumer<RecordBatch> reader) {
        return partition.sidecar().readAll(reader);
    }

    @Override
    public void startFrom(long offset) {
        if (offset != Long.MAX_VALUE && offset - deletedBelow >= LEAST_DELETED) {
            deletedBelow = offset;
            partition.sidecar().deleteBefore(offset);
        }
    }
}
