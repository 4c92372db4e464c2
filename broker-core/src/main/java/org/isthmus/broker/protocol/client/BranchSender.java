package org.isthmus.broker.protocol.client;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Sends one transaction's records for one partition, in order and each once. The first waits for others, until they are a batch or it is time to
 * {@link #hurry}. One batch is under way at a time; what comes meanwhile makes up the next one. What cannot be sent fails the transaction, so nothing behind it is sent. Owned by the client's loop.
 */
final class BranchSender {
    private final ClientLoop client;
    private final Cluster cluster;
    private final PartitionSender.Channels channels;
    private final TopicPartition partition;
    private final TransactionIdentity identity;
    private final Consumer<BrokerException> onFailure;
    private final Deque<Send> waiting = new ArrayDeque<>();
    private List<Send> underWay = List.of();
    private int waitingBytes;
    private boolean hurried;
    private int nextSequence;
    private @Nullable BrokerException failure;

    BranchSender(
            ClientLoop client,
            Cluster cluster,
            PartitionSender.Channels channels,
            TopicPartition partition,
            TransactionIdentity identity,
            Consumer<BrokerException> onFailure) {
        this.client = client;
        this.cluster = cluster;
        this.channels = channels;
        this.partition = partition;
        this.identity = identity;
        this.onFailure = onFailure;
    }

    void send(Send send) {
        if (failure != null) {
            send.answer().completeExceptionally(failure);
            return;
        }
        waiting.add(send);
        waitingBytes += send.sizeInBytes();
        if (underWay.isEmpty() && (hurried || waitingBytes >= client.config().maxBatchBytes())) {
            sendNext();
        }
    }

    /** Waits for no more before it sends, from now on. */
    void hurry() {
        hurried = true;
        if (underWay.isEmpty() && failure == null) {
            sendNext();
        }
    }

    /** Fails what is waiting and what is under way. */
    void fail(BrokerException reason) {
        if (failure != null) {
            return;
        }
        failure = reason;
        var unsent = new ArrayList<>(underWay);
        unsent.addAll(waiting);
        waiting.clear();
        unsent.forEach(send -> send.answer().completeExceptionally(reason));
    }

    private void sendNext() {
        underWay = nextBatch();
        if (underWay.isEmpty()) {
            return;
        }
        var batch = underWay;
        var deadline = batch.get(0).deadline();
        var bytes = encode(batch);
        Attempts.until(client, deadline, "send to " + partition, () -> attempt(bytes, deadline))
                .whenComplete((baseOffset, thrown) -> finish(batch, baseOffset, thrown));
    }

    private List<Send> nextBatch() {
        var batch = new ArrayList<Send>();
        int size = 0;
        while (!waiting.isEmpty()) {
            size += waiting.element().sizeInBytes();
            if (size > client.config().maxBatchBytes() && !batch.isEmpty()) {
                break;
            }
            batch.add(waiting.remove());
        }
        batch.forEach(send -> waitingBytes -= send.sizeInBytes());
        return batch;
    }

    private CompletionStage<Long> attempt(ByteBuffer bytes, Deadline deadline) {
        return cluster.topic(partition.topic(), deadline)
                .thenCompose(topic -> cluster.leader(partition, deadline)
                        .thenCompose(leader -> new Production(partition, topic, bytes)
                                .send(
                                        channels.to(leader),
                                        Acks.ALL,
                                        identity.transactionalId(),
                                        deadline,
                                        client.remaining(deadline))))
                .whenComplete((offset, thrown) -> {
                    // While the last transaction of the identity still ends, this one has to wait; nothing is wrong
                    // with what is known.
                    if (thrown != null && Failures.of(thrown).code() != ErrorCode.CONCURRENT_TRANSACTIONS) {
                        cluster.forgetTopic(partition.topic());
                    }
                });
    }

    private void finish(List<Send> batch, @Nullable Long baseOffset, @Nullable Throwable thrown) {
        if (failure != null) {
            return;
        }
        if (baseOffset == null) {
            var reason = Failures.of(thrown == null ? new IllegalStateException("no offset") : thrown);
            fail(reason);
            onFailure.accept(reason);
            return;
        }
        nextSequence += batch.size();
        long offset = baseOffset;
        for (var send : batch) {
            send.answer().complete(offset++);
        }
        sendNext();
    }

    private ByteBuffer encode(List<Send> batch) {
        var builder = new RecordBatchBuilder(Compression.NONE)
                .producer(identity.producerId(), identity.epoch(), nextSequence & Integer.MAX_VALUE)
                .transactional();
        for (var send : batch) {
            var record = send.record();
            builder.append(record.timestampMs(), record.key(), record.value(), record.headers());
        }
        return builder.build();
    }
}
