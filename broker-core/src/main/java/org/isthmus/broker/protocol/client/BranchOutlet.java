package org.isthmus.broker.protocol.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Sends one transaction's records for one partition, in order and each once. The first waits for others, until they are a batch or it is time to
 * {@link #hurry}. One batch is under way at a time; what comes meanwhile makes up the next one. What cannot be sent fails the transaction, so
 * nothing behind it is sent. Owned by the client's loop.
 */
abstract class BranchOutlet {
    /** So much makes up a single batch if it is all, because the end of the transaction may go along behind that. */
    private static final int BATCHES_IN_ONE = 4;

    /** @param atMs when the record is to be there, in milliseconds since 1970; of no meaning where that is at once */
    record Waiting(Send send, long atMs) {}

    final ClientLoop client;
    final Cluster cluster;
    final TopicPartition partition;
    final TransactionIdentity identity;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private List<Waiting> underWay = List.of();
    private int waitingBytes;
    /** Of records, in one batch. */
    private int mostBytes;

    private int sent;
    private boolean hurried;
    private @Nullable BrokerException failure;

    BranchOutlet(ClientLoop client, Cluster cluster, TopicPartition partition, TransactionIdentity identity) {
        this.client = client;
        this.cluster = cluster;
        this.partition = partition;
        this.identity = identity;
        this.mostBytes = BATCHES_IN_ONE * client.config().maxBatchBytes();
    }

    /**
     * How a batch is sent, as often as it takes; answers the offset of its first record, or −1 where that has none yet.
     *
     * @param before how many of the transaction have been sent before
     */
    abstract Supplier<CompletionStage<Long>> attempt(List<Waiting> batch, int before, Deadline deadline);

    final void send(Send send, long atMs) {
        if (failure != null) {
            send.answer().completeExceptionally(failure);
            return;
        }
        waiting.add(new Waiting(send, atMs));
        waitingBytes += send.sizeInBytes();
        if (underWay.isEmpty() && (hurried || waitingBytes >= mostBytes)) {
            sendNext();
        }
    }

    /** How many records wait; where those are not all sent in one batch, or some are on their way already, fewer than none. */
    final int waitingAlone() {
        var isOneBatch = waitingBytes <= mostAtOnce();
        return underWay.isEmpty() && failure == null && isOneBatch ? waiting.size() : -1;
    }

    /** Waits for no more before it sends, from now on. */
    final void hurry() {
        hurried = true;
        if (underWay.isEmpty() && failure == null) {
            sendNext();
        }
    }

    /** Fails what is waiting and what is under way. */
    final void fail(BrokerException reason) {
        if (failure != null) {
            return;
        }
        failure = reason;
        var unsent = new ArrayList<>(underWay);
        unsent.addAll(waiting);
        waiting.clear();
        unsent.forEach(each -> each.send().answer().completeExceptionally(reason));
    }

    private void sendNext() {
        underWay = nextBatch();
        if (underWay.isEmpty()) {
            return;
        }
        var batch = underWay;
        var deadline = batch.get(0).send().deadline();
        var attempt = attempt(batch, sent, deadline);
        Attempts.until(client, deadline, "send to " + partition, () -> attempt.get()
                        .whenComplete((offset, thrown) -> {
                            if (thrown != null && mayBeOutdated(thrown)) {
                                cluster.forgetTopic(partition.topic());
                            }
                        }))
                .whenComplete((baseOffset, thrown) -> finish(batch, baseOffset, thrown));
    }

    /** Not while the last transaction of the identity still ends, so that this one has to wait, nor where a batch is too large. */
    private static boolean mayBeOutdated(Throwable thrown) {
        return Failures.of(thrown).code() != ErrorCode.CONCURRENT_TRANSACTIONS && !Failures.isTooLarge(thrown);
    }

    /** Where there are several batches anyway, each is of a size that readers take apart without much work. */
    private int mostAtOnce() {
        return sent == 0 && waitingBytes <= mostBytes
                ? mostBytes
                : Math.min(mostBytes, client.config().maxBatchBytes());
    }

    private List<Waiting> nextBatch() {
        var most = mostAtOnce();
        var batch = new ArrayList<Waiting>();
        int size = 0;
        while (!waiting.isEmpty()) {
            size += waiting.element().send().sizeInBytes();
            if (size > most && !batch.isEmpty()) {
                break;
            }
            batch.add(waiting.remove());
        }
        batch.forEach(each -> waitingBytes -= each.send().sizeInBytes());
        return batch;
    }

    private void finish(List<Waiting> batch, @Nullable Long baseOffset, @Nullable Throwable thrown) {
        if (failure != null) {
            return;
        }
        if (batch.size() > 1 && thrown != null && Failures.isTooLarge(thrown)) {
            divide(batch);
            return;
        }
        if (baseOffset == null) {
            fail(Failures.of(thrown == null ? new IllegalStateException("no offset") : thrown));
            return;
        }
        sent += batch.size();
        long offset = baseOffset;
        for (var each : batch) {
            each.send().answer().complete(offset < 0 ? offset : offset++);
        }
        sendNext();
    }

    /** The topic takes no batch as large as this. */
    private void divide(List<Waiting> batch) {
        var bytes = 0;
        for (var i = batch.size() - 1; i >= 0; i--) {
            waiting.addFirst(batch.get(i));
            bytes += batch.get(i).send().sizeInBytes();
        }
        waitingBytes += bytes;
        mostBytes = Math.min(mostBytes, bytes / 2);
        sendNext();
    }
}
