package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.curator.test.TestingServer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.NotEnoughReplicasAfterAppendException;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.client.BrokerClients;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three brokers in processes of their own that replicate, under producers that never stop: whoever is killed, paused or restarted, every
 * acknowledged record is there once and in order.
 */
@Timeout(300)
class ReplicationProcessIT {
    private static final int PARTITIONS = 3;
    private static final int KILLS = 2 * Integer.getInteger("isthmus.process.rounds", 1);

    private static final int WAITING = 200;

    private TestingServer zooKeeper;
    private ProcessCluster cluster;

    @TempDir
    Path data;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingServer(true);
        cluster = new ProcessCluster(
                zooKeeper.getConnectString() + "/replication",
                "zookeeper.session.timeout.ms=2000",
                "replica.lag.time.max.ms=1500");
        for (var id = 1; id <= 3; id++) {
            cluster.start(id, data.resolve("broker-" + id));
        }
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
        zooKeeper.close();
    }

    @Test
    void acknowledgedRecordsSurviveLeadersThatAreKilledAndPaused() throws Exception {
        try (var topic = ReplicatedTopic.create(cluster.bootstrap(), "replicated", PARTITIONS, 3, 2);
                var producer = SteadyProducer.start(cluster.bootstrap(), topic.name(), PARTITIONS)) {
            for (var round = 0; round < KILLS; round++) {
                var partition = round % PARTITIONS;
                producer.awaitMore(partition, 200);
                var leader = topic.leader(partition);
                cluster.kill(leader);
                topic.awaitOtherLeader(partition, leader);
                producer.awaitMore(partition, 200);
                cluster.start(leader);
                topic.awaitAllInSync();
            }

            producer.awaitMore(0, 200);
            var leader = topic.leader(0);
            cluster.pause(leader);
            topic.awaitOtherLeader(0, leader);
            producer.awaitMore(0, 200);
            cluster.goOn(leader);
            topic.awaitAllInSyncUnderOther(0, leader);
            producer.awaitMore(0, 200);

            producer.checkAll(topic);
        }
    }

    @Test
    void whatIsSentForLaterComesOnceAlthoughItsLeadersAreKilledWhileItComes() throws Exception {
        try (var topic = ReplicatedTopic.create(cluster.bootstrap(), "later", 1, 3, 2);
                var client = client()) {
            var place = new TopicPartition("later", 0);
            var taken = ConcurrentHashMap.<Integer>newKeySet();
            for (var round = 0; round < KILLS; round++) {
                var there = topic.readAll(0).size();
                // Who sends to a broker while it dies does not know what became of it.
                sendLater(client, place, 1_000 * round)
                        .forEach((number, sent) -> sent.thenRun(() -> taken.add(number)));
                while (topic.readAll(0).size() < there + 100) {
                    Thread.onSpinWait();
                }
                var leader = topic.leader(0);
                cluster.kill(leader);
                topic.awaitOtherLeader(0, leader);
                for (var sent : sendLater(client, place, 1_000 * round + 500).entrySet()) {
                    sent.getValue().get(60, TimeUnit.SECONDS);
                    taken.add(sent.getKey());
                }
                cluster.start(leader);
                topic.awaitAllInSync();
            }
            while (!Set.copyOf(topic.readAll(0)).containsAll(taken)) {
                Thread.onSpinWait();
            }
            assertThat(topic.readAll(0)).doesNotHaveDuplicates();
            assertThat(taken).hasSizeGreaterThanOrEqualTo(KILLS * WAITING);
        }
    }

    /** They come one after another, within two seconds. */
    private static Map<Integer, CompletableFuture<?>> sendLater(BrokerClient client, TopicPartition place, int first) {
        var now = System.currentTimeMillis();
        var sent = new HashMap<Integer, CompletableFuture<?>>();
        for (var number = 0; number < WAITING; number++) {
            var atMs = now + 2_000L * number / WAITING;
            sent.put(
                    first + number,
                    client.sendLater(place, record(first + number), Acks.ALL, atMs)
                            .toCompletableFuture());
        }
        return sent;
    }

    /** It neither answers nor refuses anybody, as a machine that is gone does not. */
    @Test
    void ourProducersGoOnAtTheNextLeaderWhereOneStandsStill() throws Exception {
        try (var topic = ReplicatedTopic.create(cluster.bootstrap(), "still", 1, 3, 2);
                var client = client()) {
            var place = new TopicPartition("still", 0);
            var expected = new ArrayList<Integer>();
            for (var round = 0; round < KILLS / 2; round++) {
                send(client, place, 2 * round);
                var leader = topic.leader(0);
                cluster.pause(leader);
                send(client, place, 2 * round + 1);
                cluster.goOn(leader);
                topic.awaitAllInSyncUnderOther(0, leader);
                expected.addAll(List.of(2 * round, 2 * round + 1));
            }
            assertThat(topic.readAll(0)).isEqualTo(expected);
        }
    }

    private BrokerClient client() {
        return BrokerClients.connect(
                List.of(endpoint(cluster.address(1)), endpoint(cluster.address(2)), endpoint(cluster.address(3))),
                ClientConfig.defaults("ours"));
    }

    private static void send(BrokerClient client, TopicPartition place, int number) throws Exception {
        client.send(place, record(number), Acks.ALL).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @Test
    void leaderThatWasPausedAcknowledgesNothingThatIsNotThere() throws Exception {
        // One replica in sync is enough, so nothing but its epoch keeps the old leader from committing by itself.
        try (var topic = ReplicatedTopic.create(cluster.bootstrap(), "paused", 1, 3, 1)) {
            var leader = topic.leader(0);
            Future<RecordMetadata> inItsSocket;
            try (var before = producer(cluster.address(leader))) {
                before.send(new ProducerRecord<>("paused", 0, null, 0)).get();
                cluster.pause(leader);
                inItsSocket = before.send(new ProducerRecord<>("paused", 0, null, 1));
                var next = topic.awaitOtherLeader(0, leader);
                try (var after = persistent(cluster.address(next))) {
                    after.send(new ProducerRecord<>("paused", 0, null, 2)).get();
                }
                cluster.goOn(leader);
                assertThatThrownBy(inItsSocket::get).isNotNull();
            }
            topic.awaitAllInSyncUnderOther(0, leader);

            assertThat(topic.readAll(0)).containsExactly(0, 2);
        }
    }

    @Test
    void producersAreToldWhereReplicasGoMeanwhileAndWhatIsSentNextIsWritten() throws Exception {
        try (var topic = ReplicatedTopic.create(cluster.bootstrap(), "both", 1, 2, 2);
                var stock = producer(cluster.bootstrap());
                var ours = BrokerClients.connect(
                        List.of(endpoint(cluster.address(topic.leader(0)))),
                        ClientConfig.defaults("ours").withRequestTimeout(Duration.ofSeconds(5)))) {
            var place = new TopicPartition("both", 0);
            // First of all who asks again, as long as the leader has not heard that it is one.
            ours.send(place, record(0), Acks.ALL).toCompletableFuture().get(30, TimeUnit.SECONDS);
            stock.send(new ProducerRecord<>("both", 0, null, 1)).get();
            var leader = topic.leader(0);
            var follower = topic.inSync(0).stream()
                    .filter(id -> id != leader)
                    .findFirst()
                    .orElseThrow();

            cluster.pause(follower);
            var told = stock.send(new ProducerRecord<>("both", 0, null, 2));
            var failed = ours.send(place, record(3), Acks.ALL).toCompletableFuture();
            assertThatThrownBy(told::get).hasCauseInstanceOf(NotEnoughReplicasAfterAppendException.class);
            assertThat(failed).failsWithin(Duration.ofSeconds(30));
            cluster.goOn(follower);
            topic.awaitAllInSync();
            ours.send(place, record(4), Acks.ALL).toCompletableFuture().get(30, TimeUnit.SECONDS);

            assertThat(topic.readAll(0)).startsWith(0, 1).contains(2, 3).endsWith(4);
        }
    }

    @Test
    void brokersAreRestartedOneAfterAnotherUnderLoad() throws Exception {
        try (var topic = ReplicatedTopic.create(cluster.bootstrap(), "rolling", PARTITIONS, 3, 2);
                var producer = SteadyProducer.start(cluster.bootstrap(), topic.name(), PARTITIONS);
                var consumer = SteadyConsumer.start(cluster.bootstrap(), topic.name(), PARTITIONS)) {
            for (var id = 1; id <= 3; id++) {
                producer.awaitMoreEverywhere(100);
                assertThat(cluster.terminate(id)).isZero();
                producer.awaitMoreEverywhere(100);
                cluster.start(id);
                topic.awaitAllInSync();
            }
            producer.awaitMoreEverywhere(100);

            producer.checkAll(topic);
            consumer.checkAll(topic);
        }
    }

    /** As docs/operations.md has it: under the old id, where every partition has another replica in sync. */
    @Test
    void brokerIsReplacedByOneThatHasNotGotItsDisks() throws Exception {
        try (var topic = ReplicatedTopic.create(cluster.bootstrap(), "replaced", PARTITIONS, 3, 2);
                var producer = SteadyProducer.start(cluster.bootstrap(), topic.name(), PARTITIONS)) {
            producer.awaitMoreEverywhere(200);
            cluster.kill(1);
            for (var partition = 0; partition < PARTITIONS; partition++) {
                topic.awaitOutOfSync(partition, 1);
            }
            cluster.start(1, new ProcessCluster.Place(List.of(), cluster.address(1), data.resolve("new-disk")));
            topic.awaitAllInSync();
            producer.awaitMoreEverywhere(200);

            producer.end();
            topic.awaitAllInSync();
            assertThat(cluster.terminate(2)).isZero();
            assertThat(cluster.terminate(3)).isZero();
            producer.checkAll(topic);
        }
    }

    /** Tries everything once, and waits for its answer. */
    private static KafkaProducer<Integer, Integer> producer(String bootstrap) {
        var config = new HashMap<String, Object>(Map.of(
                "bootstrap.servers",
                bootstrap,
                "enable.idempotence",
                false,
                "retries",
                0,
                "request.timeout.ms",
                60_000,
                "acks",
                "all"));
        return new KafkaProducer<>(config, new IntegerSerializer(), new IntegerSerializer());
    }

    /** Asks again, also where another broker stands still that it took for the leader. */
    private static KafkaProducer<Integer, Integer> persistent(String bootstrap) {
        var config = Map.<String, Object>of("bootstrap.servers", bootstrap, "request.timeout.ms", 2_000);
        return new KafkaProducer<>(config, new IntegerSerializer(), new IntegerSerializer());
    }

    private static Endpoint endpoint(String address) {
        var parts = address.split(":", 2);
        return new Endpoint.Tcp(parts[0], Integer.parseInt(parts[1]));
    }

    private static NewRecord record(int number) {
        return new NewRecord(
                0, null, ByteBuffer.allocate(Integer.BYTES).putInt(number).array(), List.of());
    }
}
