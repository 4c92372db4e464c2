package org.isthmus.broker.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.curator.test.TestingServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.Browsed;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What our client is told of a queue with fewer replicas in sync than its topic wants. */
class FewReplicasTest {
    private static final TopicPartition QUEUE = new TopicPartition("queue", 0);
    private static final String GROUP = "jms-queue/queue";

    private TestingServer zooKeeper;
    private EmbeddedBroker leader;
    private EmbeddedBroker follower;
    private BrokerClient client;
    /** Is told soon what others try again for as long as they may. */
    private BrokerClient impatient;

    @TempDir
    Path data;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingServer(true);
        leader = start(1);
        follower = start(2);
        var addresses = List.<Endpoint>of(
                follower.listeners().get(0), leader.listeners().get(0));
        client = BrokerClients.connect(addresses, ClientConfig.defaults("ours"));
        impatient = BrokerClients.connect(
                addresses, ClientConfig.defaults("impatient").withRequestTimeout(Duration.ofSeconds(3)));
    }

    private EmbeddedBroker start(int id) throws Exception {
        return EmbeddedBroker.acquire(new BrokerConfig(
                data.resolve("data-" + id),
                List.of(new Endpoint.Tcp("127.0.0.1", 0)),
                Map.of("zookeeper.connect", zooKeeper.getConnectString() + "/few", "node.id", Integer.toString(id))));
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        impatient.close();
        leader.close();
        follower.close();
        zooKeeper.close();
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    @Test
    void nextLeaderTellsWhyNothingIsShownOrDelayed() throws Exception {
        try (var admin = Admin.create(
                Map.of("bootstrap.servers", follower.listeners().get(0).toString()))) {
            var topic =
                    new NewTopic(QUEUE.topic(), Map.of(0, List.of(1, 2))).configs(Map.of("min.insync.replicas", "2"));
            admin.createTopics(List.of(topic)).all().get();
        }
        awaitTopic();
        var share = client.openShare(GROUP, QUEUE.topic(), ShareOptions.QUEUE);
        get(client.send(QUEUE, record("one"), Acks.ALL));
        assertThat(get(share.poll(1, Duration.ofSeconds(10)))).hasSize(1);
        assertThat(get(browse(client)).next()).isEqualTo(1);

        leader.close();

        refused(browse(impatient));
        refused(impatient.sendLater(QUEUE, record("two"), Acks.ALL, System.currentTimeMillis() + 60_000));
    }

    /** The client asks another broker than the one that made it, which has yet to hear of it. */
    private void awaitTopic() {
        boolean isKnown;
        do {
            isKnown = get(client.topic(QUEUE.topic()).handle((found, notYet) -> found != null));
        } while (!isKnown);
    }

    private static void refused(CompletionStage<?> call) {
        assertThatThrownBy(() -> get(call))
                .hasMessageContaining("NOT_ENOUGH_REPLICAS, of queue-0 fewer than 2 replicas are in sync");
    }

    private static CompletionStage<Browsed> browse(BrokerClient by) {
        return by.browse(GROUP, QUEUE, 0, 1, Optional.empty());
    }

    private static NewRecord record(String text) {
        return new NewRecord(0, null, text.getBytes(StandardCharsets.UTF_8), List.of());
    }
}
