package org.isthmus.broker.protocol.client;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TemporaryName;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Sends one partition's records, in order and each once. One batch is under way at a time; what comes meanwhile makes up the next one. Owned
 * by the client's loop.
 *
 * <p>The partition has a producer identity of its own. An attempt whose answer was lost is repeated with the same sequence number, so the
 * leader recognises what it has already. A batch that is given up while its fate is unclear takes its identity with it: what follows comes
 * from a new producer and cannot be mistaken for it.
 */
final class PartitionSender {
    /** Looks up the channel for produce requests to a broker. */
    interface Channels {
        BrokerChannel to(Endpoint broker);
    }

    private record Identity(long producerId, short epoch) {}

    /** Of what goes to temporary destinations: they are too many, and too short-lived, for an identity each. */
    private static final Identity NOBODY = new Identity(RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH);

    private final ClientLoop client;
    private final Cluster cluster;
    private final Channels channels;
    private final TopicPartition partition;
    private final boolean temporary;
    private final Deque<Send> waiting = new ArrayDeque<>();
    private @Nullable Identity identity;
    private int nextSequence;
    private List<Send> underWay = List.of();
    private @Nullable BrokerException closedBy;

    PartitionSender(ClientLoop client, Cluster cluster, Channels channels, TopicPartition partition) {
        this.client = client;
        this.cluster = cluster;
        this.channels = channels;
        this.partition = partition;
        this.temporary = TemporaryName.isOne(partition.topic());
        this.identity = temporary ? NOBODY : null;
    }

    /** Whether nothing is lost when it is given up. */
    boolean isIdle() {
        return waiting.isEmpty() && underWay.isEmpty();
    }

    /** Takes a record; {@link #flush} sets it going. */
    void add(Send send) {
        if (closedBy != null) {
            send.answer().completeExceptionally(closedBy);
        } else {
            waiting.add(send);
        }
    }

    void flush() {
        if (underWay.isEmpty() && !waiting.isEmpty()) {
            underWay = nextBatch();
            sendBatch();
        }
    }

    /** Fails what is waiting and what is under way. */
    void close(BrokerException reason) {
        closedBy = reason;
        var unsent = new ArrayList<>(underWay);
        unsent.addAll(waiting);
        waiting.clear();
        underWay = List.of();
        unsent.forEach(send -> send.answer().completeExceptionally(reason));
    }

    private List<Send> nextBatch() {
        var batch = new ArrayList<Send>();
        var acks = waiting.element().acks();
        int size = 0;
        while (!waiting.isEmpty() && waiting.element().acks() == acks) {
            size += waiting.element().sizeInBytes();
            if (size > client.config().maxBatchBytes() && !batch.isEmpty()) {
                break;
            }
            batch.add(waiting.remove());
        }
        return batch;
    }

    private void sendBatch() {
        var batch = underWay;
        // The first record waited longest, so its deadline is the first to pass.
        var deadline = batch.get(0).deadline();
        var attempted = new Attempted();
        Attempts.until(client, deadline, "send to " + partition, () -> attempt(batch, deadline, attempted))
                .whenComplete((baseOffset, thrown) -> finish(batch, attempted, baseOffset, thrown));
    }

    /** What is known of a batch that was sent at least once. */
    private static final class Attempted {
        private @Nullable ByteBuffer bytes;
        private boolean isUnclear;
    }

    private CompletionStage<Long> attempt(List<Send> batch, Deadline deadline, Attempted attempted) {
        return identity(deadline)
                .thenCompose(known -> cluster.topic(partition.topic(), deadline)
                        .thenCombine(cluster.leader(partition, deadline), (topic, leader) -> {
                            if (attempted.bytes == null) {
                                attempted.bytes = encode(batch, known);
                            }
                            return produce(topic, leader, batch.get(0).acks(), attempted.bytes, deadline);
                        })
                        .thenCompose(answer -> answer))
                .handle((offset, thrown) -> {
                    if (thrown == null) {
                        return offset;
                    }
                    throw afterFailure(Failures.of(thrown), attempted);
                });
    }

    /** Learns from a failed attempt and answers the failure that decides whether there is another. */
    private BrokerException afterFailure(BrokerException failure, Attempted attempted) {
        switch (failure.code()) {
            case UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, INCONSISTENT_TOPIC_ID -> {
                boolean wasKnown = attempted.bytes != null;
                cluster.forgetTopic(partition.topic());
                // A broker may be behind; the metadata decides, in the next attempt.
                attempted.bytes = null;
                return wasKnown ? passing(failure) : failure;
            }
            case OUT_OF_ORDER_SEQUENCE_NUMBER, UNKNOWN_PRODUCER_ID, INVALID_PRODUCER_EPOCH -> {
                // The leader knows less of this producer than we do, so it has not got this batch either.
                renewIdentity();
                attempted.bytes = null;
                attempted.isUnclear = false;
                return passing(failure);
            }
            default -> {
                if (Failures.isUnclear(failure)) {
                    attempted.isUnclear = true;
                    if (temporary && attempted.bytes != null) {
                        // Nobody could tell a second attempt from another record.
                        return new BrokerException(
                                ErrorCode.UNKNOWN_SERVER_ERROR, "fate unknown: " + failure.getMessage(), failure);
                    }
                }
                if (Failures.mayPass(failure)) {
                    cluster.forgetTopic(partition.topic());
                }
                return failure;
            }
        }
    }

    /** The same failure as one that another attempt may get over. */
    private static BrokerException passing(BrokerException failure) {
        return new BrokerException(ErrorCode.NOT_LEADER_OR_FOLLOWER, String.valueOf(failure.getMessage()), failure);
    }

    private void finish(List<Send> batch, Attempted attempted, @Nullable Long baseOffset, @Nullable Throwable thrown) {
        if (closedBy != null) {
            return;
        }
        underWay = List.of();
        if (baseOffset != null) {
            nextSequence = after(nextSequence, batch.size());
            long offset = baseOffset;
            for (var send : batch) {
                send.answer().complete(offset++);
            }
        } else {
            if (attempted.isUnclear) {
                renewIdentity();
            }
            var failure = Failures.of(thrown == null ? new IllegalStateException("no offset") : thrown);
            batch.forEach(send -> send.answer().completeExceptionally(failure));
        }
        flush();
    }

    private void renewIdentity() {
        identity = temporary ? NOBODY : null;
        nextSequence = 0;
    }

    /** Sequence numbers go round within the non-negative integers. */
    private static int after(int sequence, int count) {
        return (sequence + count) & Integer.MAX_VALUE;
    }

    private CompletionStage<Identity> identity(Deadline deadline) {
        if (identity != null) {
            return CompletableFuture.completedStage(identity);
        }
        var request = new InitProducerIdRequestData()
                .setTransactionalId(null)
                .setTransactionTimeoutMs(60_000)
                .setProducerId(-1)
                .setProducerEpoch((short) -1);
        return cluster.requestAny(Api.INIT_PRODUCER_ID, request, deadline).thenApply(answer -> {
            Failures.check(answer.errorCode(), "producer id for " + partition, null);
            var given = new Identity(answer.producerId(), answer.producerEpoch());
            identity = given;
            return given;
        });
    }

    private ByteBuffer encode(List<Send> batch, Identity producer) {
        var builder = new RecordBatchBuilder(Compression.NONE);
        if (!producer.equals(NOBODY)) {
            builder.producer(producer.producerId(), producer.epoch(), nextSequence);
        }
        for (var send : batch) {
            var record = send.record();
            builder.append(record.timestampMs(), record.key(), record.value(), record.headers());
        }
        return builder.build();
    }

    private CompletionStage<Long> produce(
            TopicMetadata topic, Endpoint leader, Acks acks, ByteBuffer bytes, Deadline deadline) {
        return new Production(partition, topic, bytes)
                .send(channels.to(leader), acks, null, deadline, client.remaining(deadline));
    }
}
