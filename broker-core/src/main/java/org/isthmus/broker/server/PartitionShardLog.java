package org.isthmus.broker.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.isthmus.broker.coordinator.ShardLog;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.replica.Partition;

/** A partition, as the log of the shard that lives on it. */
record PartitionShardLog(Partition partition) implements ShardLog {
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
    public CompletionStage<Void> readAll(Consumer<RecordBatch> reader) {
        return partition.readAll(reader);
    }
}
