package org.isthmus.broker.protocol.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.protocol.codec.TransactionalDelay;
import org.jspecify.annotations.Nullable;

/**
 * Sends one transaction's records that are to be in one partition later. The first waits for others, until they are many or it is time to
 * {@link #hurry}. One request is under way at a time; what comes meanwhile makes up the next one. What cannot be sent fails the transaction.
 * Owned by the client's loop.
 */
final class BranchDelayer {
    private record Waiting(Send send, long atMs) {}

    private final ClientLoop client;
    private final Cluster cluster;
    private final TopicPartition partition;
    private final TransactionIdentity identity;
    private final Consumer<BrokerException> onFailure;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private List<Waiting> underWay = List.of();
    private int waitingBytes;
    private int sent;
    private boolean hurried;
    private @Nullable BrokerException failure;

    BranchDelayer(
            ClientLoop client,
            Cluster cluster,
            TopicPartition partition,
            TransactionIdentity identity,
            Consumer<BrokerException> onFailure) {
        this.client = client;
        this.cluster = cluster;
        this.partition = partition;
        this.identity = identity;
        this.onFailure = onFailure;
    }

    void send(Send send, long atMs) {
        if (failure != null) {
            send.answer().completeExceptionally(failure);
            return;
        }
        waiting.add(new Waiting(send, atMs));
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
        if (failure == null) {
            failure = reason;
            underWay.forEach(each -> each.send().answer().completeExceptionally(reason));
            waiting.forEach(each -> each.send().answer().completeExceptionally(reason));
            waiting.clear();
        }
    }

    private void sendNext() {
        var taken = new ArrayList<Waiting>();
        var bytes = 0;
        while (!waiting.isEmpty()) {
            bytes += waiting.element().send().sizeInBytes();
            if (bytes > client.config().maxBatchBytes() && !taken.isEmpty()) {
                break;
            }
            taken.add(waiting.remove());
        }
        taken.forEach(each -> waitingBytes -= each.send().sizeInBytes());
        underWay = taken;
        if (taken.isEmpty()) {
            return;
        }
        var deadline = taken.get(0).send().deadline();
        Attempts.until(client, deadline, "send later to " + partition, () -> attempt(taken, deadline))
                .whenComplete((done, thrown) -> finish(taken, thrown));
    }

    private CompletionStage<Void> attempt(List<Waiting> records, Deadline deadline) {
        return cluster.topic(partition.topic(), deadline)
                .thenCompose(topic -> cluster.leader(partition, deadline).thenCompose(leader -> {
                    var later = records.stream()
                            .map(each -> new TransactionalDelay.Later(
                                    each.atMs(), LaterSender.batch(each.send().record())))
                            .toList();
                    var asked = new TransactionalDelay(
                            identity.transactionalId(),
                            identity.producerId(),
                            identity.epoch(),
                            topic.info().id(),
                            partition.partition(),
                            sent,
                            later);
                    return cluster.request(
                            leader, Api.DELAY_IN_TRANSACTION, OwnApi.DELAY_IN_TRANSACTION.request(asked), deadline);
                }))
                .thenApply(OwnApi.DELAY_IN_TRANSACTION.answer())
                .thenAccept(answer -> Failures.check(answer.error(), "send later to " + partition, answer.message()))
                .whenComplete((done, thrown) -> {
                    // While the last transaction of the identity still ends, nothing is wrong with what is known.
                    if (thrown != null && Failures.of(thrown).code() != ErrorCode.CONCURRENT_TRANSACTIONS) {
                        cluster.forgetTopic(partition.topic());
                    }
                });
    }

    private void finish(List<Waiting> records, @Nullable Throwable thrown) {
        if (failure != null) {
            return;
        }
        if (thrown != null) {
            var reason = Failures.of(thrown);
            fail(reason);
            onFailure.accept(reason);
            return;
        }
        sent += records.size();
        // No offset yet: the partition gives one when the time has come.
        records.forEach(each -> each.send().answer().complete(-1L));
        sendNext();
    }
}
