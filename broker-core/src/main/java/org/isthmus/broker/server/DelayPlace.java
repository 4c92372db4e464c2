package org.isthmus.broker.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.isthmus.broker.common.WaitMark;
import org.isthmus.broker.coordinator.delay.DelayCoordinator;
import org.isthmus.broker.log.AppendResult;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.record.LogRecord;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.replica.Durability;
import org.isthmus.broker.replica.Partition;
import org.isthmus.broker.runtime.EventLoop;

/** A partition that is led here, as its delayed records see it. Owned by the partition's loop. */
final class DelayPlace implements DelayCoordinator.Place {
    /** Each deletion notes the new start on the disk, which is not worth while for a few records. */
    private static final long LEAST_DELETED = 5_000;

    private final Partition partition;
    private final Executor io;
    private final Supplier<CompletionStage<Long>> producerIds;
    private final WaitMark mark;
    private long deletedBelow;

    DelayPlace(Partition partition, WaitMark mark, Executor io, Supplier<CompletionStage<Long>> producerIds) {
        this.partition = partition;
        this.mark = mark;
        this.io = io;
        this.producerIds = producerIds;
    }

    @Override
    public EventLoop loop() {
        return partition.loop();
    }

    @Override
    public CompletionStage<Long> newProducerId() {
        return onLoop(producerIds.get());
    }

    @Override
    public CompletionStage<Void> deliver(ByteBuffer batch, Runnable written) {
        return onLoop(partition.append(batch, Durability.COMMITTED, written).thenAccept(AppendResult::requireWritten));
    }

    @Override
    public int maxBatchBytes() {
        return partition.maxBatchBytes();
    }

    @Override
    public WaitMark mark() {
        return mark;
    }

    @Override
    public long append(ByteBuffer batch) throws IOException {
        return partition.delayLog().appendHere(batch);
    }

    @Override
    public CompletionStage<Void> committed(long offset) {
        return partition.delayLog().keptUpTo(offset + 1);
    }

    @Override
    public void requireReplicas(long offset) {
        partition.delayLog().requireReplicas(offset + 1);
    }

    @Override
    public void hurry() {
        partition.delayLog().hurry();
    }

    @Override
    public void hurrySoon() {
        partition.delayLog().hurrySoon();
    }

    @Override
    public CompletionStage<Void> readAll(Consumer<RecordBatch> reader) {
        return partition.delayLog().readAll(reader);
    }

    @Override
    public CompletionStage<List<LogRecord>> read(List<Long> offsets) {
        return onLoop(partition.delayLog().opened().thenApplyAsync(view -> records(view, offsets), io));
    }

    private static List<LogRecord> records(LogView view, List<Long> offsets) {
        var records = new ArrayList<LogRecord>();
        try {
            for (var offset : offsets) {
                records.add(record(view, offset));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return records;
    }

    private static LogRecord record(LogView view, long offset) throws IOException {
        for (var batch : RecordBatch.in(view.copy(offset, offset + 1, 1))) {
            for (var record : batch.records()) {
                if (record.offset() == offset) {
                    return record;
                }
            }
        }
        throw new IllegalStateException("a delayed record is not where it was written: offset " + offset);
    }

    @Override
    public void startFrom(long offset) {
        if (offset - deletedBelow >= LEAST_DELETED) {
            deletedBelow = offset;
            partition.delayLog().deleteBefore(offset);
        }
    }

    private <T> CompletionStage<T> onLoop(CompletionStage<T> stage) {
        var there = new CompletableFuture<T>();
        stage.whenComplete((value, failure) -> partition.loop().execute(() -> {
            if (failure == null) {
                there.complete(value);
            } else {
                there.completeExceptionally(failure);
            }
        }));
        return there;
    }
}
