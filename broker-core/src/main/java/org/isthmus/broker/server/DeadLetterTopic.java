package org.isthmus.broker.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.share.DeadLetters;
import org.isthmus.broker.coordinator.share.OffsetRange;
import org.isthmus.broker.log.AppendResult;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.Header;
import org.isthmus.broker.record.LogRecord;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.replica.Durability;
import org.isthmus.broker.replica.Partition;
import org.isthmus.broker.replica.Partitions;

/**
 * Copies records that a group gave up to the dead letter topic, under the headers that KIP-1191 names. A topic that is missing is made. One that
 * is not led here fails the copy; it is tried again, and the record stays in the group until it succeeds.
 *
 * @param ensure completes once the topic of this name is there
 */
record DeadLetterTopic(
        Partition partition, Partitions partitions, Function<String, CompletionStage<?>> ensure, Executor io)
        implements DeadLetters {
    private static final String PREFIX = "__dlq.errors.";

    @Override
    public CompletionStage<Void> bury(String group, String topic, OffsetRange range, int deliveries, String cause) {
        var done = new CompletableFuture<Void>();
        partition
                .opened()
                .thenApplyAsync(view -> copies(view, group, range, deliveries, cause), io)
                .thenCombine(ensure.apply(topic), (batch, there) -> append(topic, batch))
                .thenCompose(appended -> appended)
                .whenComplete((appended, failure) -> partition.loop().execute(() -> {
                    if (failure == null) {
                        done.complete(null);
                    } else {
                        done.completeExceptionally(failure);
                    }
                }));
        return done;
    }

    private RecordBatchBuilder copies(LogView view, String group, OffsetRange range, int deliveries, String cause) {
        var copies = new RecordBatchBuilder(Compression.NONE);
        try {
            var next = range.first();
            while (next <= range.last() && next < view.highWatermark()) {
                var before = next;
                for (var batch : RecordBatch.in(view.copy(next, range.last() + 1, 1))) {
                    for (var record : batch.records()) {
                        if (range.contains(record.offset()) && !batch.isControl()) {
                            copy(record, copies, group, deliveries, cause);
                        }
                    }
                    next = batch.lastOffset() + 1;
                }
                if (next == before) {
                    break;
                }
            }
        } catch (IOException e) {
            throw new BrokerException(
                    ErrorCode.KAFKA_STORAGE_ERROR, "records " + range + " of " + partition.id() + " cannot be read", e);
        }
        return copies;
    }

    private void copy(LogRecord record, RecordBatchBuilder copies, String group, int deliveries, String cause) {
        var headers = new ArrayList<>(record.headers());
        headers.removeIf(header -> header.key().equals("jms.expires"));
        headers.add(header("topic", partition.id().topic()));
        headers.add(header("partition", Integer.toString(partition.id().partition())));
        headers.add(header("offset", Long.toString(record.offset())));
        headers.add(header("group", group));
        headers.add(header("delivery.count", Integer.toString(deliveries)));
        headers.add(header("message", cause));
        copies.append(record.timestampMs(), record.key(), record.value(), headers);
    }

    private static Header header(String name, String value) {
        return new Header(PREFIX + name, value.getBytes(StandardCharsets.UTF_8));
    }

    private CompletionStage<AppendResult> append(String topic, RecordBatchBuilder copies) {
        if (copies.count() == 0) {
            return CompletableFuture.completedStage(new AppendResult.Duplicate(-1, -1, -1));
        }
        var target = partitions
                .partition(new TopicPartition(topic, 0))
                .orElseThrow(() -> new BrokerException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "dead letter topic " + topic + " is not held here"));
        ByteBuffer batch = copies.build();
        return target.append(batch, Durability.COMMITTED).thenApply(result -> {
            if (result instanceof AppendResult.Rejected rejected) {
                throw new BrokerException(rejected.error(), rejected.reason());
            }
            return result;
        });
    }
}
