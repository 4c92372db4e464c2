package org.isthmus.broker.protocol.client;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TemporaryName;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * Takes records from any thread and hands them to the sender of their partition on the client's loop. Many that come close together cost
 * the loop one wake-up.
 */
final class Producer {
    private static final int MOST_TEMPORARY = 1_000;

    private final ClientLoop client;
    private final Cluster cluster;
    private final PendingBytes pendingBytes;
    private final Queue<Send> incoming = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isDrainDue = new AtomicBoolean();

    // Owned by the loop.
    private final Map<TopicPartition, PartitionSender> senders = new HashMap<>();
    private final Map<Endpoint, BrokerChannel> channels = new HashMap<>();
    private final Set<TopicPartition> temporary = new LinkedHashSet<>();
    private @Nullable BrokerException closedBy;

    Producer(ClientLoop client, Cluster cluster) {
        this.client = client;
        this.cluster = cluster;
        this.pendingBytes = new PendingBytes(client.config().maxPendingBytes());
    }

    CompletionStage<Long> send(TopicPartition partition, NewRecord record, Acks acks) {
        return admit(partition, record, acks, send -> {
            incoming.add(send);
            if (isDrainDue.compareAndSet(false, true)) {
                client.run(this::drain, () -> close(WireBrokerClient.closed()));
            }
        });
    }

    /** Waits for room for a record, and hands it on; its bytes are pending until it is answered. */
    CompletionStage<Long> admit(TopicPartition partition, NewRecord record, Acks acks, Consumer<Send> then) {
        int size = Send.sizeOf(record);
        // The loop itself must not wait for what only it can bring about.
        var patience = client.loop().inLoop() ? Duration.ZERO : client.config().requestTimeout();
        if (!pendingBytes.take(size, patience)) {
            return CompletableFuture.failedStage(new BrokerException(
                    ErrorCode.REQUEST_TIMED_OUT,
                    "send to " + partition + ": " + client.config().maxPendingBytes()
                            + " bytes are waiting to be sent already"));
        }
        var answer = new CompletableFuture<Long>();
        var freed = answer.whenComplete((offset, thrown) -> pendingBytes.free(size));
        then.accept(new Send(partition, record, acks, size, client.requestDeadline(), answer));
        return freed;
    }

    void close(BrokerException reason) {
        closedBy = reason;
        drain();
        senders.values().forEach(sender -> sender.close(reason));
        List.copyOf(channels.values()).forEach(BrokerChannel::close);
    }

    private void drain() {
        isDrainDue.set(false);
        var touched = new LinkedHashSet<PartitionSender>();
        for (var send = incoming.poll(); send != null; send = incoming.poll()) {
            if (closedBy != null) {
                send.answer().completeExceptionally(closedBy);
                continue;
            }
            var sender = senders.computeIfAbsent(
                    send.partition(), partition -> new PartitionSender(client, cluster, this::channel, partition));
            if (TemporaryName.isOne(send.partition().topic())) {
                remember(send.partition());
            }
            sender.add(send);
            touched.add(sender);
        }
        touched.forEach(PartitionSender::flush);
    }

    /** Those who answer requests write to very many temporary destinations, most of them once. */
    private void remember(TopicPartition partition) {
        temporary.remove(partition);
        temporary.add(partition);
        var oldest = temporary.iterator();
        while (temporary.size() > MOST_TEMPORARY && oldest.hasNext()) {
            var candidate = oldest.next();
            var sender = senders.get(candidate);
            if (sender == null || sender.isIdle()) {
                senders.remove(candidate);
                cluster.forgetTopic(candidate.topic());
                oldest.remove();
            }
        }
    }

    /** Channels of their own: an answer that waits for the disk must not hold up others. */
    BrokerChannel channel(Endpoint broker) {
        var channel = channels.get(broker);
        if (channel == null || channel.isClosed()) {
            channel = BrokerChannel.open(client, broker);
            channels.put(broker, channel);
        }
        return channel;
    }
}
