package org.isthmus.broker.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.curator.test.TestingServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker that clients and brokers reach, and that reaches ZooKeeper no more: others lead what it led, and it does not hear of that. */
@Timeout(120)
class LostTouchTest {
    private static final TopicPartition PARTITION = new TopicPartition("led", 0);

    private TestingServer zooKeeper;
    private CuttingProxy way;
    private EmbeddedBroker lost;
    private EmbeddedBroker other;

    @TempDir
    Path data;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingServer(true);
        way = new CuttingProxy(1);
        way.heal();
        way.passTo(zooKeeper.getPort());
        lost = start(1, way.endpoint().toString());
        other = start(2, zooKeeper.getConnectString());
        try (var admin = Admin.create(bootstrap(other))) {
            while (admin.describeCluster().nodes().get().size() < 2) {
                Thread.onSpinWait();
            }
            admin.createTopics(List.of(new NewTopic(PARTITION.topic(), Map.of(0, List.of(1, 2)))))
                    .all()
                    .get();
        }
    }

    private EmbeddedBroker start(int id, String zooKeeper) throws IOException {
        return EmbeddedBroker.acquire(new BrokerConfig(
                data.resolve("data-" + id),
                List.of(new Endpoint.Tcp("127.0.0.1", 0)),
                Map.of(
                        "zookeeper.connect",
                        zooKeeper + "/touch",
                        "zookeeper.session.timeout.ms",
                        "4000",
                        "node.id",
                        Integer.toString(id),
                        "offsets.topic.replication.factor",
                        "2")));
    }

    private static Map<String, Object> bootstrap(EmbeddedBroker broker) {
        return Map.of("bootstrap.servers", broker.listeners().get(0).toString());
    }

    @AfterEach
    void stop() throws Exception {
        lost.close();
        other.close();
        way.close();
        zooKeeper.close();
    }

    @Test
    void clientThatKnewNoOtherBrokerGoesOnAtTheOthers() throws Exception {
        try (var client = BrokerClients.connect(List.of(lost.listeners().get(0)), ClientConfig.defaults("ours"))) {
            get(client.send(PARTITION, record("before"), Acks.ALL));
            get(client.lease("name", "", false, failure -> {}));
            awaitAllInSync(PARTITION.topic(), "__consumer_offsets");
            way.close();

            awaitLeader(other, 2);
            get(client.send(PARTITION, record("after"), Acks.ALL));
            get(client.lease("another", "", false, failure -> {}));
        }
    }

    @Test
    void stockClientsAreToldOfNoLeaderWhereTheSessionIsOver() throws Exception {
        awaitAllInSync(PARTITION.topic());
        way.close();
        awaitLeader(lost, -1);
        awaitLeader(other, 2);
    }

    private void awaitAllInSync(String... topics) throws Exception {
        try (var admin = Admin.create(bootstrap(other))) {
            while (!areAllInSync(admin, List.of(topics))) {
                Thread.onSpinWait();
            }
        }
    }

    private static boolean areAllInSync(Admin admin, List<String> topics) throws Exception {
        try {
            return admin.describeTopics(topics).allTopicNames().get().values().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .allMatch(partition -> partition.isr().size() == 2);
        } catch (ExecutionException e) {
            // Of a broker that has not heard of one of them yet; the other one has.
            assertThat(e).hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
            return false;
        }
    }

    private static void awaitLeader(EmbeddedBroker told, int wanted) throws Exception {
        int leader;
        do {
            try (var admin = Admin.create(bootstrap(told))) {
                leader = leader(admin.describeTopics(List.of(PARTITION.topic()))
                        .allTopicNames()
                        .get()
                        .get(PARTITION.topic())
                        .partitions()
                        .get(0));
            }
        } while (leader != wanted);
    }

    private static int leader(TopicPartitionInfo partition) {
        var leader = partition.leader();
        return leader == null ? -1 : leader.id();
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(40, TimeUnit.SECONDS).join();
    }

    private static NewRecord record(String text) {
        return new NewRecord(0, null, text.getBytes(StandardCharsets.UTF_8), List.of());
    }
}
