package org.isthmus.broker.protocol.handler;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.WaitMark;
import org.isthmus.broker.coordinator.Bytes;
import org.isthmus.broker.coordinator.delay.DelayCoordinator;
import org.isthmus.broker.coordinator.delay.Delayed;
import org.isthmus.broker.protocol.codec.DelayAnswer;
import org.isthmus.broker.protocol.codec.DelayRequest;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.protocol.codec.OwnMessage;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.replica.Partition;

/** Delay: keeps a record back until its time. What could not be appended to the partition then is refused now. */
public final class DelayHandler implements ApiHandler<OwnMessage, OwnMessage> {
    private final Topics topics;
    private final DelayCoordinator delays;

    public DelayHandler(Topics topics, DelayCoordinator delays) {
        this.topics = topics;
        this.delays = delays;
    }

    @Override
    public short apiKey() {
        return OwnApi.DELAY.key();
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 0;
    }

    @Override
    public CompletionStage<OwnMessage> handle(RequestContext context, OwnMessage request) {
        return CompletableFuture.completedStage(OwnApi.DELAY.question(request))
                .thenCompose(this::delay)
                .thenApply(done -> new DelayAnswer(ErrorCode.NONE.code(), null))
                .exceptionally(failure -> {
                    var refusal = ShareErrors.refusal(failure);
                    return new DelayAnswer(refusal.code(), refusal.message());
                })
                .thenApply(OwnApi.DELAY::answer);
    }

    private CompletionStage<Void> delay(DelayRequest asked) {
        var partition = place(topics, asked.topicId(), asked.partition());
        check(asked.batch(), partition);
        var record = new Delayed(asked.atMs(), new Bytes(asked.batch()));
        return delays.ask(partition.id(), waiting -> waiting.delay(record, asked.untilCommitted()));
    }

    /** The partition in which the records are to be, which is led here. */
    static Partition place(Topics topics, UUID topicId, int partition) {
        var name = topics.name("", TopicIds.wire(topicId))
                .orElseThrow(() -> new BrokerException(ErrorCode.UNKNOWN_TOPIC_ID, "there is no topic " + topicId));
        return topics.writable(name, partition);
    }

    /** Refuses what is not one record that the partition could take, with what is said in it of the waiting. */
    static void check(byte[] bytes, Partition partition) {
        var mostBytes = partition.maxBatchBytes() - WaitMark.MOST_BYTES;
        var buffer = ByteBuffer.wrap(bytes);
        if (bytes.length < RecordBatch.HEADER_BYTES || RecordBatch.sizeAt(buffer, 0) != bytes.length) {
            throw new BrokerException(ErrorCode.CORRUPT_MESSAGE, "not one batch in " + bytes.length + " bytes");
        }
        if (bytes.length > mostBytes) {
            throw new BrokerException(
                    ErrorCode.MESSAGE_TOO_LARGE, "a batch of " + bytes.length + " bytes, at most are " + mostBytes);
        }
        var batch = RecordBatch.first(buffer);
        batch.check();
        var records = 0;
        for (var ignored : batch.records()) {
            records++;
        }
        if (records != 1
                || batch.count() != 1
                || batch.compression() != Compression.NONE
                || batch.isControl()
                || batch.isTransactional()
                || batch.hasProducer()) {
            throw new BrokerException(ErrorCode.INVALID_RECORD, "a delayed record comes in a plain batch of its own");
        }
    }
}
