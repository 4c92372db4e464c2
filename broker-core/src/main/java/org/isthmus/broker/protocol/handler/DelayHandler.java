package org.isthmus.broker.protocol.handler;

import java.nio.ByteBuffer;
import java.util.UUID;
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
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.replica.Partition;

/** Delay: keeps a record back until its time. What could not be appended to the partition then is refused now. */
public final class DelayHandler extends OwnApiHandler<DelayRequest, DelayAnswer> {
    private final Topics topics;
    private final DelayCoordinator delays;

    public DelayHandler(Topics topics, DelayCoordinator delays) {
        super(OwnApi.DELAY);
        this.topics = topics;
        this.delays = delays;
    }

    @Override
    CompletionStage<DelayAnswer> answer(RequestContext context, DelayRequest asked) {
        return delay(asked).thenApply(done -> new DelayAnswer(ErrorCode.NONE.code(), null));
    }

    @Override
    DelayAnswer refused(Throwable failure) {
        var refusal = ShareErrors.refusal(failure);
        return new DelayAnswer(refusal.code(), refusal.message());
    }

    private CompletionStage<Void> delay(DelayRequest asked) {
        var partition = place(topics, asked.topicId(), asked.partition());
        check(asked.batch(), partition);
        var record = new Delayed(asked.atMs(), new Bytes(asked.batch()));
        return delays.ask(partition.id(), waiting -> waiting.delay(record, asked.untilCommitted()));
    }

    /** The partition in which the records are to be, which is led here. */
    static Partition place(Topics topics, UUID topicId, int partition) {
        return topics.writable(topics.name(topicId), partition);
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
