package org.isthmus.broker.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.share.DeadLetters;
import org.isthmus.broker.coordinator.share.Grave;
import org.isthmus.broker.coordinator.share.OffsetRange;
import org.isthmus.broker.log.AppendResult;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.Header;
import org.isthmus.broker.record.LogRecord;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.replica.Durability;
import org.isthmus.broker.replica.Partition;
import org.isthmus.broker.replica.Partitions;
import org.isthmus.broker.replica.Role;

/**
 * Writes the dead letters of records that a group gave up, under the headers that KIP-1191 names. A topic that has no partition led here fails
 * that; it is tried again, and the record stays in the group until it succeeds.
 */
record DeadLetterTopic(Partition partition, Partitions partitions, Graves graves, Executor io) implements DeadLetters {
    private static final String PREFIX = "__dlq.errors.";

    /** What is said of records that go together. */
    private record Burial(String group, int deliveries, String cause, boolean whole) {
        Burial ofPlaces() {
            return new Burial(group, deliveries, cause, false);
        }
    }

    @Override
    public CompletionStage<Void> bury(String group, Grave grave, OffsetRange range, int deliveries, String cause) {
        var done = new CompletableFuture<Void>();
        var burial = new Burial(group, deliveries, cause, grave.whole());
        graves.topic(group, grave)
                .thenCompose(topic -> topic.isPresent()
                        ? write(burial, target(topic.get()), range)
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

    /** The partition of the same number, as far as there are so many, or the next that is led here. */
    private Partition target(TopicImage topic) {
        var count = topic.partitions().size();
        var first = partition.id().partition() % count;
        return IntStream.range(0, count)
                .mapToObj(step -> new TopicPartition(topic.name(), (first + step) % count))
                .flatMap(id -> partitions.partition(id).stream())
                .filter(candidate -> candidate.role() instanceof Role.Leader)
                .findFirst()
                .orElseThrow(() -> new BrokerException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        "dead letter topic " + topic.name() + " has no partition that is led here"));
    }

    private CompletionStage<Void> write(Burial burial, Partition target, OffsetRange range) {
        return partition
                .opened()
                .thenApplyAsync(view -> letters(view, burial, range), io)
                .thenCompose(letters -> append(target, letters))
                .thenCompose(result -> {
                    if (!(result instanceof AppendResult.Rejected rejected)) {
                        return CompletableFuture.<Void>completedStage(null);
                    }
                    if (rejected.error() == ErrorCode.MESSAGE_TOO_LARGE && range.size() > 1) {
                        var middle = range.first() + range.size() / 2;
                        return write(burial, target, new OffsetRange(range.first(), middle - 1))
                                .thenCompose(written -> write(burial, target, new OffsetRange(middle, range.last())));
                    }
                    // The headers can be what is too much for a topic that takes as much as the record's own.
                    if (rejected.error() == ErrorCode.MESSAGE_TOO_LARGE && burial.whole()) {
                        return write(burial.ofPlaces(), target, range);
                    }
                    throw new BrokerException(rejected.error(), rejected.reason());
                });
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

    private static CompletionStage<AppendResult> append(Partition target, RecordBatchBuilder letters) {
        return letters.count() == 0
                ? CompletableFuture.completedStage(new AppendResult.Duplicate(-1, -1, -1))
                : target.append(letters.build(), Durability.COMMITTED);
    }
}
