package org.isthmus.broker.protocol.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.curator.test.TestingServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A partition of which its leader has not heard yet, as ZooKeeper is slow to tell it. Everybody else knows it. */
@Timeout(120)
class UnheardPartitionTest {
    private static final TopicPartition NEWER = new TopicPartition("news", 1);
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(30);

    private static TestingServer zooKeeper;
    private static CuttingProxy way;
    private static EmbeddedBroker controller;
    private static EmbeddedBroker leader;

    @TempDir
    static Path data;

    @BeforeAll
    static void start() throws Exception {
        zooKeeper = new TestingServer(true);
        way = new CuttingProxy(1);
        way.heal();
        way.passTo(zooKeeper.getPort());
        controller = start(1, zooKeeper.getConnectString());
        leader = start(2, way.endpoint().toString());
        try (var admin = Admin.create(bootstrap())) {
            while (admin.describeCluster().nodes().get().size() < 2) {
                Thread.onSpinWait();
            }
            var grows = new NewTopic(NEWER.topic(), Map.of(0, List.of(2)));
            admin.createTopics(List.of(grows)).all().get();
            awaitHeard();
            way.close();
            var isAt = List.of(List.of(2));
            admin.createPartitions(Map.of(NEWER.topic(), NewPartitions.increaseTo(2, isAt)))
                    .all()
                    .get();
        }
    }

    /** The topic, with the partition that it has had from its beginning. */
    private static void awaitHeard() throws Exception {
        try (var client = connect(ClientConfig.defaults("ours"))) {
            get(client.send(new TopicPartition(NEWER.topic(), 0), record(), Acks.ALL));
        }
    }

    private static BrokerClient connect(ClientConfig config) {
        return BrokerClients.connect(List.of(controller.listeners().get(0)), config);
    }

    private static EmbeddedBroker start(int id, String zooKeeper) throws IOException {
        return EmbeddedBroker.acquire(new BrokerConfig(
                data.resolve("data-" + id),
                List.of(new Endpoint.Tcp("127.0.0.1", 0)),
                Map.of(
                        "zookeeper.connect",
                        zooKeeper + "/unheard",
                        "zookeeper.session.timeout.ms",
                        "60000",
                        "node.id",
                        Integer.toString(id))));
    }

    private static Map<String, Object> bootstrap() {
        return Map.of("bootstrap.servers", controller.listeners().get(0).toString());
    }

    @AfterAll
    static void stop() throws Exception {
        controller.close();
        leader.close();
        zooKeeper.close();
    }

    private static Map<String, Function<BrokerClient, CompletionStage<?>>> requests() {
        return Map.of(
                "send", client -> client.send(NEWER, record(), Acks.ALL),
                "send later", client -> client.sendLater(NEWER, record(), Acks.ALL, Long.MAX_VALUE),
                "offsets", client -> client.offsets(Map.of(NEWER, new OffsetSpec.Latest())),
                "tails", client -> client.tails(Set.of(NEWER)),
                "read", client -> client.read(Map.of(NEWER, 0L)).poll(LONG),
                "share",
                        client -> {
                            var fromNow = SimulatedWorld.fromNow(Optional.empty());
                            return client.openShare("audit", NEWER.topic(), fromNow)
                                    .poll(1, LONG);
                        },
                "browse", client -> client.browse("audit", NEWER, 0, 1, Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"send", "send later", "offsets", "tails", "read", "share", "browse"})
    void isAskedForAgainUntilTheTimeIsUp(String what) {
        try (var client = connect(ClientConfig.defaults("ours").withRequestTimeout(SHORT))) {
            assertThatThrownBy(() -> get(requests().get(what).apply(client)))
                    .hasRootCauseInstanceOf(BrokerException.class)
                    .hasMessageContaining("LEADER_NOT_AVAILABLE");
        }
    }

    private static NewRecord record() {
        return new NewRecord(0, null, "a".getBytes(UTF_8), List.of());
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(40, TimeUnit.SECONDS).join();
    }
}
