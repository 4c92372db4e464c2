package org.isthmus.broker.protocol.client;

import java.nio.ByteBuffer;
import java.time.Duration;
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
import org.isthmus.broker.common.Gathering;
import org.isthmus.broker.common.TemporaryName;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.runtime.Cancellable;
import org.jspecify.annotations.Nullable;

/**
 * Sends one partition's records, in order and each once. One batch is under way at a time, and what comes meanwhile makes up the next, which is
 * held back a little for those whom the first answers ({@link Gathering}). Where more wait than it has, or a full batch, a second one is
 * under way, so that the disk has it to force when it is done with the first. Owned by the client's loop.
 *
 * <p>The partition has a producer identity of its own. An attempt whose answer was lost is repeated with the same sequence number, so the
 * leader recognises what it has already, and refuses a batch that overtook another. After any failure what is under way is repeated one by one,
 * the oldest first, and nothing is added to it before all of it has ended. A batch that is given up keeps its numbers, whatever was answered: a leader
 * may have written it. What follows can so not be mistaken for it, and is refused where it is missing; then it comes from a new producer. One that
 * is too large for its topic is divided.
 */
final class PartitionSender {
    /** Looks up the channel for produce requests to a broker. */
    interface Channels {
        BrokerChannel to(Endpoint broker);
    }

    private record Identity(long producerId, short epoch) {}

    /** Some records on their way. */
    private static final class Batch {
        private final List<Send> sends;

        private final long begunNanos;
        /** Done when every batch before this one has ended. */
        private final CompletableFuture<Void> turn = new CompletableFuture<>();
        /** As they go out, once it is decided who sends them and with which sequence number. */
        private @Nullable ByteBuffer bytes;
        /** Whether the attempt of now found the topic and its leader. */
        private boolean isOut;
        /** Whether a leader may have written it although none has said so. */
        private boolean mayBeWritten;

        private Batch(List<Send> sends, long begunNanos) {
            this.sends = sends;
            this.begunNanos = begunNanos;
        }

        private int sizeInBytes() {
            return sends.stream().mapToInt(Send::sizeInBytes).sum();
        }

        private Acks acks() {
            return sends.get(0).acks();
        }

        /** The first record waited longest, so its deadline is the first to pass. */
        private Deadline deadline() {
            return sends.get(0).deadline();
        }
    }

    /** Of what goes to temporary destinations: they are too many, and too short-lived, for an identity each. */
    private static final Identity NOBODY = new Identity(RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH);

    private final ClientLoop client;
    private final Cluster cluster;
    private final Channels channels;
    private final TopicPartition partition;
    private final boolean temporary;
    private final Deque<Send> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private final Deque<Batch> underWay = new ArrayDeque<>(2);
    /** Of records, in one batch. */
    private int mostBytes;

    private @Nullable Identity identity;
    private int nextSequence;
    /** Whether the leader has a batch of the identity, and none has failed since: it would refuse one that lacks its predecessor. */
    private boolean isSteady;

    private final Gathering gathering = new Gathering();
    /** Ends the time for which what waits is held back. */
    private @Nullable Cancellable heldBack;

    private @Nullable BrokerException closedBy;

    PartitionSender(ClientLoop client, Cluster cluster, Channels channels, TopicPartition partition) {
        this.client = client;
        this.cluster = cluster;
        this.channels = channels;
        this.partition = partition;
        this.temporary = TemporaryName.isOne(partition.topic());
        this.identity = temporary ? NOBODY : null;
        this.mostBytes = client.config().maxBatchBytes();
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
            waitingBytes += send.sizeInBytes();
        }
    }

    void flush() {
        if (heldBack != null) {
            if (mayGrow() && !gathering.areAll(waiting.size())) {
                return;
            }
            heldBack.cancel();
            letGo();
        }
        while (!waiting.isEmpty() && mayBegin(waiting.element().acks())) {
            var batch = nextBatch();
            underWay.add(batch);
            begin(batch);
        }
    }

    private void letGo() {
        heldBack = null;
        gathering.waited(waiting.size());
    }

    private void begin(Batch batch) {
        Attempts.until(client, batch.deadline(), "send to " + partition, () -> attempt(batch))
                .whenComplete((baseOffset, thrown) -> finish(batch, baseOffset, thrown));
    }

    private boolean mayBegin(Acks acks) {
        var before = underWay.peek();
        if (before == null) {
            return true;
        }
        var hasRoom = isSteady && !temporary && underWay.size() == 1 && before.isOut;
        var bothWaitForTheDisk = before.acks() == Acks.ALL && acks == Acks.ALL;
        return hasRoom && bothWaitForTheDisk && (waiting.size() > before.sends.size() || waitingBytes >= mostBytes);
    }

    /** Whether a next batch would have room for those who come back, and waits for the disk as they did. */
    private boolean mayGrow() {
        var first = waiting.peek();
        return waitingBytes < mostBytes && (first == null || first.acks() == Acks.ALL);
    }

    /** Fails what is waiting and what is under way. */
    void close(BrokerException reason) {
        closedBy = reason;
        if (heldBack != null) {
            heldBack.cancel();
        }
        var unsent = new ArrayList<Send>();
        underWay.forEach(batch -> unsent.addAll(batch.sends));
        unsent.addAll(waiting);
        waiting.clear();
        waitingBytes = 0;
        underWay.clear();
        unsent.forEach(send -> send.answer().completeExceptionally(reason));
    }

    private Batch nextBatch() {
        var batch = new ArrayList<Send>();
        var acks = waiting.element().acks();
        int size = 0;
        while (!waiting.isEmpty() && waiting.element().acks() == acks) {
            int next = waiting.element().sizeInBytes();
            if (size + next > mostBytes && !batch.isEmpty()) {
                break;
            }
            batch.add(waiting.remove());
            size += next;
        }
        waitingBytes -= size;
        return new Batch(batch, client.clock().nanos());
    }

    private CompletionStage<Long> attempt(Batch batch) {
        if (!isSteady && underWay.peek() != batch) {
            return batch.turn.thenCompose(now -> attempt(batch));
        }
        var deadline = batch.deadline();
        batch.isOut = false;
        return identity(deadline)
                .thenCompose(known -> cluster.topic(partition.topic(), deadline)
                        .thenCombine(
                                cluster.leader(partition, deadline),
                                (topic, leader) -> produce(topic, leader, batch, known))
                        .thenCompose(answer -> answer))
                .handle((offset, thrown) -> {
                    if (thrown == null) {
                        return offset;
                    }
                    isSteady = false;
                    var failure = Failures.of(thrown);
                    batch.mayBeWritten |= batch.isOut && Failures.isUnclear(failure);
                    throw afterFailure(failure, batch);
                });
    }

    /** Learns from a failed attempt and answers the failure that decides whether there is another. */
    private BrokerException afterFailure(BrokerException failure, Batch batch) {
        switch (failure.code()) {
            case UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, INCONSISTENT_TOPIC_ID -> {
                cluster.forgetTopic(partition.topic());
                // A broker may be behind; the metadata decides, in the next attempt.
                return batch.isOut && !temporary ? passing(failure) : failure;
            }
            case OUT_OF_ORDER_SEQUENCE_NUMBER, UNKNOWN_PRODUCER_ID, INVALID_PRODUCER_EPOCH -> {
                if (underWay.peek() == batch) {
                    // The leader knows less of this producer than we do, so it has not got this batch either.
                    renewIdentity();
                    batch.bytes = null;
                }
                return passing(failure);
            }
            default -> {
                if (Failures.isUnclear(failure) && temporary && batch.isOut) {
                    // Nobody could tell a second attempt from another record.
                    return new BrokerException(
                            ErrorCode.UNKNOWN_SERVER_ERROR, "fate unknown: " + failure.getMessage(), failure);
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

    private void finish(Batch batch, @Nullable Long baseOffset, @Nullable Throwable thrown) {
        if (closedBy != null) {
            return;
        }
        if (batch.sends.size() > 1 && !batch.mayBeWritten && thrown != null && Failures.isTooLarge(thrown)) {
            divide(batch);
            return;
        }
        underWay.remove(batch);
        if (baseOffset != null) {
            isSteady |= underWay.isEmpty();
            if (underWay.isEmpty() && batch.acks() == Acks.ALL && mayGrow()) {
                holdBack(batch);
            }
            long offset = baseOffset;
            for (var send : batch.sends) {
                send.answer().complete(offset++);
            }
        } else {
            var failure = Failures.of(thrown == null ? new IllegalStateException("no offset") : thrown);
            batch.sends.forEach(send -> send.answer().completeExceptionally(failure));
        }
        var next = underWay.peek();
        if (next != null) {
            next.turn.complete(null);
        }
        flush();
    }

    /** Before those are answered who wait for this one, and come back. */
    private void holdBack(Batch ended) {
        gathering.ended(ended.sends.size(), waiting.size(), client.clock().nanos() - ended.begunNanos);
        var longest = gathering.nanosFor(waiting.size());
        if (longest > 0) {
            heldBack = client.loop().schedule(Duration.ofNanos(longest), () -> {
                letGo();
                flush();
            });
        }
    }

    /**
     * The topic takes no batch as large as this. What is behind it lacks its predecessor, so the leader has it no more than this: all of it comes from
     * a new producer.
     */
    private void divide(Batch batch) {
        mostBytes = Math.min(mostBytes, batch.sizeInBytes() / 2);
        renewIdentity();
        var middle = batch.sends.size() / 2;
        var parts = List.of(
                new Batch(batch.sends.subList(0, middle), batch.begunNanos),
                new Batch(batch.sends.subList(middle, batch.sends.size()), batch.begunNanos));
        var behind = new ArrayList<Batch>();
        while (underWay.peekLast() != batch) {
            behind.add(0, underWay.removeLast());
        }
        underWay.removeLast();
        underWay.addAll(parts);
        underWay.addAll(behind);
        behind.forEach(each -> each.bytes = null);
        parts.forEach(this::begin);
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

    private CompletionStage<Long> produce(TopicMetadata topic, Endpoint leader, Batch batch, Identity producer) {
        var bytes = batch.bytes;
        if (bytes == null) {
            if (!producer.equals(identity)) {
                // What the next number of that one is, nobody knows any more.
                throw passing(new BrokerException(
                        ErrorCode.INVALID_PRODUCER_EPOCH, "another producer sends to " + partition + " meanwhile"));
            }
            bytes = encode(batch, producer);
            batch.bytes = bytes;
        }
        batch.isOut = true;
        var production = new Production(partition, topic, bytes);
        // Nobody could tell a second attempt from another record, so there may be none.
        var answer = temporary
                ? production.send(cluster.patientChannel(leader), batch.acks(), null, client, batch.deadline())
                : production.send(
                        channels.to(leader), batch.acks(), null, client, client.attemptDeadline(batch.deadline()));
        // What came while the leader was looked up.
        flush();
        return answer;
    }

    private ByteBuffer encode(Batch batch, Identity producer) {
        var builder = new RecordBatchBuilder(Compression.NONE);
        if (!producer.equals(NOBODY)) {
            builder.producer(producer.producerId(), producer.epoch(), nextSequence);
            nextSequence = after(nextSequence, batch.sends.size());
        }
        for (var send : batch.sends) {
            var record = send.record();
            builder.append(record.timestampMs(), record.key(), record.value(), record.headers());
        }
        return builder.build();
    }
}
