package org.isthmus.broker.protocol.client;

import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.common.Backoff;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.protocol.codec.DelayRequest;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Sends records that are to be in one partition later, in the order in which they came, many at a time. Where one has to be sent again, nothing
 * behind it goes out before all that is under way is answered. Owned by the client's loop.
 */
final class LaterOutlet {
    private record Later(
            long number, NewRecord record, Acks acks, long atMs, Deadline deadline, CompletableFuture<Void> answer) {}

    private final ClientLoop client;
    private final Cluster cluster;
    private final TopicPartition partition;
    private final Runnable onIdle;
    private final TreeMap<Long, Later> unsent = new TreeMap<>();
    private final TreeMap<Long, Later> underWay = new TreeMap<>();
    private final Backoff backoff = ClientLoop.backoff();
    private long nextNumber;
    /** For the leader, or for a while to pass. */
    private boolean waits;

    private boolean sendsAgain;
    private @Nullable BrokerException failure;

    /** @param onIdle called when nothing is on its way any more */
    LaterOutlet(ClientLoop client, Cluster cluster, TopicPartition partition, Runnable onIdle) {
        this.client = client;
        this.cluster = cluster;
        this.partition = partition;
        this.onIdle = onIdle;
    }

    void send(NewRecord record, Acks acks, long atMs, CompletableFuture<Void> answer) {
        var later = new Later(nextNumber++, record, acks, atMs, client.requestDeadline(), answer);
        unsent.put(later.number(), later);
        sendAll();
    }

    /** Fails what is waiting and what is under way. */
    void fail(BrokerException reason) {
        failure = reason;
        failAll(underWay, reason);
        failAll(unsent, reason);
    }

    private static void failAll(Map<Long, Later> some, BrokerException reason) {
        var all = new ArrayList<>(some.values());
        some.clear();
        all.forEach(each -> each.answer().completeExceptionally(reason));
    }

    private void sendAll() {
        if (waits || sendsAgain || unsent.isEmpty()) {
            return;
        }
        waits = true;
        var deadline = unsent.firstEntry().getValue().deadline();
        cluster.topic(partition.topic(), deadline)
                .thenCompose(topic -> cluster.leader(partition, deadline).thenCompose(leader -> {
                    var channel = cluster.patientChannel(leader);
                    return channel.login().thenApply(letIn -> new Way(topic, channel));
                }))
                .whenComplete((way, thrown) -> {
                    waits = false;
                    if (way == null) {
                        cluster.forgetTopic(partition.topic());
                        new ArrayList<>(unsent.values())
                                .forEach(each -> failed(each, Failures.of(thrown == null ? noWay() : thrown)));
                        goOn();
                    } else {
                        new ArrayList<>(unsent.values()).forEach(each -> send(each, way));
                    }
                });
    }

    /** Which topic it is now, and a channel to who leads it on which requests go out at once. */
    private record Way(TopicMetadata topic, BrokerChannel channel) {}

    private static IllegalStateException noWay() {
        return new IllegalStateException("neither a leader nor a failure");
    }

    private void send(Later later, Way way) {
        unsent.remove(later.number());
        underWay.put(later.number(), later);
        var request = new DelayRequest(
                way.topic().info().id(),
                partition.partition(),
                later.atMs(),
                later.acks() == Acks.ALL,
                batch(later.record()));
        way.channel()
                .request(Api.DELAY, OwnApi.DELAY.request(request), later.deadline())
                .thenApply(OwnApi.DELAY.answer())
                .thenAccept(answer -> Failures.checkLeader(partition, answer.error(), what(), answer.message()))
                .whenComplete((done, thrown) -> answered(later, thrown));
    }

    private void answered(Later later, @Nullable Throwable thrown) {
        underWay.remove(later.number());
        if (thrown == null) {
            backoff.reset();
            later.answer().complete(null);
        } else {
            cluster.forgetTopic(partition.topic());
            failed(later, fate(Failures.of(thrown)));
        }
        goOn();
    }

    /** Whoever sent it again could leave two of it. */
    private static BrokerException fate(BrokerException failure) {
        return Failures.isUnclear(failure)
                ? new BrokerException(ErrorCode.UNKNOWN_SERVER_ERROR, "fate unknown: " + failure.getMessage(), failure)
                : failure;
    }

    /** It takes its place again where that may help. */
    private void failed(Later later, BrokerException reason) {
        unsent.remove(later.number());
        if (failure != null || !Failures.mayPass(reason)) {
            later.answer().completeExceptionally(failure != null ? failure : reason);
        } else if (client.remaining(later.deadline()).compareTo(backoff.pause()) <= 0) {
            later.answer().completeExceptionally(client.gaveUp(what(), reason));
        } else {
            unsent.put(later.number(), later);
            sendsAgain = true;
        }
    }

    private void goOn() {
        if (waits || !underWay.isEmpty()) {
            return;
        }
        if (unsent.isEmpty()) {
            sendsAgain = false;
            onIdle.run();
        } else if (sendsAgain) {
            waits = true;
            client.loop().schedule(backoff.next(), () -> {
                waits = false;
                sendsAgain = false;
                sendAll();
            });
        }
    }

    private String what() {
        return "send later to " + partition;
    }

    /** The record alone. */
    static byte[] batch(NewRecord record) {
        var builder = new RecordBatchBuilder(Compression.NONE)
                .append(record.timestampMs(), record.key(), record.value(), record.headers());
        var buffer = builder.build();
        var bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
