package org.isthmus.broker.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.isthmus.broker.common.DiskOrder;
import org.isthmus.broker.coordinator.ShardLog;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.replica.Partition;

/**
 * A partition, as the log of the shard that lives on it.
 *
 * @param decides about what others have: it is to {@linkplain Partition#standBehind stand behind} them
 */
record PartitionShardLog(Partition partition, boolean decides) implements ShardLog {
    @Override
    public long append(ByteBuffer batch) throws IOException {
        return partition.appendHere(batch);
    }

    @Override
    public CompletionStage<Void> committed(long offset) {
        return partition.keptUpTo(offset + 1);
    }

    @Override
    public void requireReplicas(long offset) {
        partition.requireReplicas(offset + 1);
    }

    @Override
    public void hurry() {
        partition.hurry();
    }

    @Override
    public void hurrySoon() {
        partition.hurrySoon();
    }

    @Override
    public Optional<DiskOrder> diskOrder() {
        return partition.diskOrder();
    }

    @Override
    public boolean standsBehind(DiskOrder order) {
        return partition.standsBehind(order);
    }

    @Override
    public CompletionStage<Void> readAll(Consumer<RecordBatch> reader) {
        return decides
                ? partition.standBehind().thenCompose(stands -> partition.readAll(reader))
                : partition.readAll(reader);
    }
}
