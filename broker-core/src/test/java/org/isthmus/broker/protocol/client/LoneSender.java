package org.isthmus.broker.protocol.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.network.Transport;
import org.isthmus.broker.network.TransportConfig;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.IdSource;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;

/** A partition's sender and its broker, with a connection and a loop that a test may stand between, and a client that nothing stands before. */
final class LoneSender implements AutoCloseable {
    private final TopicPartition partition;
    private final EmbeddedBroker broker;
    private final BrokerClient undisturbed;
    private final Transport transport;
    private final ClientLoop client;
    private final Cluster cluster;
    private final PartitionSender sender;
    private final List<CompletableFuture<Long>> answers = new ArrayList<>();
    private final Map<Endpoint, BrokerChannel> channels = new HashMap<>();
    private final AtomicInteger attempts = new AtomicInteger();

    LoneSender(Path data, TopicPartition partition, UnaryOperator<Transport> wire, UnaryOperator<EventLoop> turns)
            throws Exception {
        this.partition = partition;
        broker = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of()));
        undisturbed = BrokerClients.connect(List.of(broker.endpoint()), ClientConfig.defaults("undisturbed"));
        transport = wire.apply(Transport.open(TransportConfig.DEFAULT));
        client = new ClientLoop(
                turns.apply(transport.clientLoop()),
                transport,
                Clock.system(),
                IdSource.random(),
                ClientConfig.defaults("sender"),
                null);
        cluster = new Cluster(client, List.of(broker.endpoint()));
        sender = new PartitionSender(client, cluster, this::channel, partition);
    }

    private BrokerChannel channel(Endpoint endpoint) {
        attempts.incrementAndGet();
        return channels.compute(
                endpoint,
                (same, open) -> open == null || open.isClosed() ? BrokerChannel.open(client, endpoint) : open);
    }

    EmbeddedBroker broker() {
        return broker;
    }

    BrokerClient undisturbed() {
        return undisturbed;
    }

    ClientLoop client() {
        return client;
    }

    Cluster cluster() {
        return cluster;
    }

    /** Of all sends, in the order in which they were made. */
    List<CompletableFuture<Long>> answers() {
        return answers;
    }

    /** How many times a batch was sent. */
    int attempts() {
        return attempts.get();
    }

    void send(List<String> texts) {
        var sends = sends(texts);
        client.loop().execute(() -> add(sends));
    }

    List<Send> sends(List<String> texts) {
        return texts.stream()
                .map(text -> {
                    var record = record(text);
                    var answer = new CompletableFuture<Long>();
                    answers.add(answer);
                    return new Send(partition, record, Acks.ALL, Send.sizeOf(record), client.requestDeadline(), answer);
                })
                .toList();
    }

    /** On the loop. */
    void add(List<Send> sends) {
        sends.forEach(sender::add);
        sender.flush();
    }

    static NewRecord record(String text) {
        return new NewRecord(0, null, text.getBytes(UTF_8), List.of());
    }

    static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        transport.close();
        undisturbed.close();
        broker.close();
    }
}
