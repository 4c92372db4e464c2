package org.isthmus.broker.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.share.DeadLetterTarget;
import org.isthmus.broker.coordinator.share.DeadLetters;
import org.isthmus.broker.coordinator.share.OffsetRange;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.Header;
import org.isthmus.broker.record.LogRecord;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.replica.Partition;

/**
 * Writes the dead letters of records that a group gave up, under the headers that KIP-1191 names, to the partition of the same number as far as
 * the topic has so many. Where that fails it is tried again, and the record stays in the group until it succeeds.
 */
record DeadLetterWriter(Partition partition, DeadLetterTopics deadLetterTopics, LeaderAppend leader, Executor io)
        implements DeadLetters {
    private static final String PREFIX = "__dlq.errors.";

    /** What is said of records that go together. */
    private record Burial(String group, int deliveries, String cause, boolean whole) {
        Burial ofPlaces() {
            return new Burial(group, deliveries, cause, false);
        }
    }

    @Override
    public CompletionStage<Void> bury(
            String group, DeadLetterTarget deadLetterTarget, OffsetRange range, int deliveries, String cause) {
        var done = new CompletableFuture<Void>();
        var burial = new Burial(group, deliveries, cause, deadLetterTarget.whole());
        deadLetterTopics
                .topic(group, deadLetterTarget)
                .thenCompose(topic -> topic.isPresent()
                        ? write(burial, topic.get(), range)
                        : CompletableFuture.<Void>completedStage(null))
                .whenComplete((written, failure) -> partition.loop().execute(() -> {
                    if (failure == null) {
                        done.complete(null);
                    } else {
                        done.completeExceptionally(failure);
                    }
                }));
        return done;
    }

    private CompletionStage<Void> write(Burial burial, TopicImage topic, OffsetRange range) {
        var number = partition.id().partition() % topic.partitions().size();
        return partition
                .opened()
                .thenApplyAsync(view -> letters(view, burial, range), io)
                .thenCompose(letters -> letters.count() == 0
                        ? CompletableFuture.<Void>completedStage(null)
                        : leader.append(new TopicPartition(topic.name(), number), topic.id(), letters.build()))
                .exceptionallyCompose(failure -> {
                    if (!isTooLarge(failure)) {
                        return CompletableFuture.failedStage(failure);
                    }
                    if (range.size() > 1) {
                        var middle = range.first() + range.size() / 2;
                        return write(burial, topic, new OffsetRange(range.first(), middle - 1))
                                .thenCompose(written -> write(burial, topic, new OffsetRange(middle, range.last())));
                    }
                    // The headers can be what is too much for a topic that takes as much as the record's own.
                    return burial.whole()
                            ? write(burial.ofPlaces(), topic, range)
                            : CompletableFuture.failedStage(failure);
                });
    }

    private static boolean isTooLarge(Throwable failure) {
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof BrokerException refused && refused.code() == ErrorCode.MESSAGE_TOO_LARGE;
    }

    private RecordBatchBuilder letters(LogView view, Burial burial, OffsetRange range) {
        var letters = new RecordBatchBuilder(Compression.NONE);
        try {
            var next = range.first();
            while (next <= range.last() && next < view.highWatermark()) {
                var before = next;
                for (var batch : RecordBatch.in(view.copy(next, range.last() + 1, 1))) {
                    for (var record : batch.records()) {
                        if (range.contains(record.offset()) && !batch.isControl()) {
                            letter(record, letters, burial);
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
        return letters;
    }

    private void letter(LogRecord record, RecordBatchBuilder letters, Burial burial) {
        var headers = new ArrayList<>(burial.whole() ? record.headers() : List.<Header>of());
        headers.removeIf(header -> header.key().equals("jms.expires"));
        headers.add(header("topic", partition.id().topic()));
        headers.add(header("partition", Integer.toString(partition.id().partition())));
        headers.add(header("offset", Long.toString(record.offset())));
        headers.add(header("group", burial.group()));
        headers.add(header("delivery.count", Integer.toString(burial.deliveries())));
        headers.add(header("message", burial.cause()));
        letters.append(
                record.timestampMs(),
                burial.whole() ? record.key() : null,
                burial.whole() ? record.value() : null,
                headers);
    }

    private static Header header(String name, String value) {
        return new Header(PREFIX + name, value.getBytes(StandardCharsets.UTF_8));
    }
}
