package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.curator.test.TestingServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.NotEnoughReplicasAfterAppendException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Partitions with several replicas, as unmodified Kafka clients see them while brokers come and go. */
@Timeout(40)
class StockReplicationTest {
    private static final String FOLLOWER_RATE = "follower.replication.throttled.rate";

    private final Map<Integer, EmbeddedBroker> brokers = new HashMap<>();
    private TestingServer zooKeeper;
    private String bootstrap;
    private Admin admin;

    @TempDir
    Path data;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingServer(true);
        for (var id = 1; id <= 3; id++) {
            brokers.put(id, start(id));
        }
        bootstrap = brokers.values().stream()
                .flatMap(broker -> broker.listeners().stream())
                .map(Endpoint.Tcp::toString)
                .collect(Collectors.joining(","));
        Acquaintance.awaitAmong(List.of(bootstrap.split(",", -1)));
        admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
    }

    private EmbeddedBroker start(int id) throws IOException {
        return EmbeddedBroker.acquire(new BrokerConfig(
                data.resolve("data-" + id),
                List.of(new Endpoint.Tcp("127.0.0.1", 0)),
                Map.of(
                        "zookeeper.connect",
                        zooKeeper.getConnectString() + "/replicas",
                        "zookeeper.session.timeout.ms",
                        "2000",
                        "node.id",
                        Integer.toString(id),
                        "offsets.topic.num.partitions",
                        "2",
                        "group.initial.rebalance.delay.ms",
                        "0")));
    }

    @AfterEach
    void stop() throws IOException {
        admin.close();
        brokers.values().forEach(EmbeddedBroker::close);
        zooKeeper.close();
    }

    @Test
    void acknowledgedRecordsAreThereOnceAndInOrderWhenTheirLeadersAreGone() throws Exception {
        create("kept", Map.of());
        try (var producer = producer()) {
            produce(producer, "kept", 0, 100);
            var first = leader("kept");
            brokers.remove(first).close();
            produce(producer, "kept", 100, 200);
            var second = leader("kept");
            assertThat(second).isNotEqualTo(first);
            brokers.put(first, start(first));
            awaitInSync("kept", 3);
            brokers.remove(second).close();
            produce(producer, "kept", 200, 300);
        }

        assertThat(consume("kept", 300))
                .containsExactlyElementsOf(
                        IntStream.range(0, 300).mapToObj(Integer::toString).toList());
    }

    @Test
    void producerIsToldWhereTooFewReplicasAreInSync() throws Exception {
        create("careful", Map.of("min.insync.replicas", "3"));
        try (var patient = producer();
                var producer = producer(Map.of("retries", 0, "enable.idempotence", false))) {
            produce(patient, "careful", 0, 1);
            brokers.remove(leader("careful") % 3 + 1).close();

            assertThatThrownBy(() ->
                            producer.send(new ProducerRecord<>("careful", "y")).get())
                    // The second, where the leader hears of the loss only when it has the record.
                    .cause()
                    .isInstanceOfAny(NotEnoughReplicasException.class, NotEnoughReplicasAfterAppendException.class);
        }
    }

    @Test
    void partitionMovesWithItsRecords() throws Exception {
        admin.createTopics(List.of(new NewTopic("moved", Map.of(0, List.of(1)))))
                .all()
                .get();
        try (var producer = producer()) {
            produce(producer, "moved", 0, 50);
            var id = new TopicPartition("moved", 0);
            admin.alterPartitionReassignments(Map.of(id, Optional.of(new NewPartitionReassignment(List.of(3)))))
                    .all()
                    .get();
            while (!replicas("moved").equals(Set.of(3))) {
                produce(producer, "moved", 50, 50);
            }
            produce(producer, "moved", 50, 100);
        }

        assertThat(consume("moved", 100))
                .containsExactlyElementsOf(
                        IntStream.range(0, 100).mapToObj(Integer::toString).toList());
    }

    /** As {@code kafka-reassign-partitions --throttle} says it, and {@code --verify} takes it back. */
    @Test
    void replicaThatIsThrottledIsLateAndHoldsUpNoOther() throws Exception {
        var names = List.of("slow", "quick");
        admin.createTopics(names.stream()
                        .map(name -> new NewTopic(name, Map.of(0, List.of(1))))
                        .toList())
                .all()
                .get();
        try (var producer = producer()) {
            for (var i = 0; i < 20; i++) {
                // Each by itself, since a batch is sent however small the rate.
                produce(producer, "slow", i, i + 1);
                produce(producer, "quick", i, i + 1);
            }
        }
        throttle("slow", "0:1", "0:3");
        limit("1", AlterConfigOp.OpType.SET);

        moveToThird(names);
        awaitReplicas("quick", 3);
        assertThat(replicas("slow")).contains(1);

        limit("1", AlterConfigOp.OpType.DELETE);
        awaitReplicas("slow", 3);
        assertThat(consume("slow", 20)).hasSize(20);
    }

    @Test
    void replicasInSyncAreNotHeldUpByAThrottleOfThemAll() throws Exception {
        create("kept", Map.of("min.insync.replicas", "3"));
        throttle("kept", "*", "*");
        limit("1", AlterConfigOp.OpType.SET);
        try (var producer = producer()) {
            for (var i = 0; i < 20; i++) {
                produce(producer, "kept", i, i + 1);
            }
        }
        assertThat(consume("kept", 20)).hasSize(20);
    }

    /** Whichever of them is asked for first. */
    @Test
    void throttledReplicasTakeTurns() throws Exception {
        var large = List.of("large-1", "large-2");
        var names = List.of("large-1", "small-1", "small-2", "large-2");
        admin.createTopics(names.stream()
                        .map(name -> new NewTopic(name, Map.of(0, List.of(1))))
                        .toList())
                .all()
                .get();
        try (var producer = producer(Map.of("batch.size", 0))) {
            for (var name : names) {
                produce(producer, name, 0, large.contains(name) ? 2_000 : 5);
                throttle(name, "0:1", "0:3");
            }
        }
        limit("1000", AlterConfigOp.OpType.SET);

        moveToThird(names);
        awaitReplicas("small-1", 3);
        awaitReplicas("small-2", 3);
        for (var name : large) {
            assertThat(replicas(name)).contains(1);
        }
    }

    private void moveToThird(List<String> topics) throws Exception {
        admin.alterPartitionReassignments(topics.stream()
                        .collect(Collectors.toMap(
                                name -> new TopicPartition(name, 0),
                                name -> Optional.of(new NewPartitionReassignment(List.of(3))))))
                .all()
                .get();
    }

    private void throttle(String topic, String leaders, String followers) throws Exception {
        alter(
                new ConfigResource(ConfigResource.Type.TOPIC, topic),
                Map.of(
                        "leader.replication.throttled.replicas", leaders,
                        "follower.replication.throttled.replicas", followers),
                AlterConfigOp.OpType.SET);
    }

    private void limit(String rate, AlterConfigOp.OpType how) throws Exception {
        for (var id : brokers.keySet()) {
            var broker = new ConfigResource(ConfigResource.Type.BROKER, id.toString());
            alter(broker, Map.of(FOLLOWER_RATE, rate, "leader.replication.throttled.rate", rate), how);
            // Each broker follows the store by itself.
            while (isLimited(broker) != (how == AlterConfigOp.OpType.SET)) {
                Thread.onSpinWait();
            }
        }
    }

    private void alter(ConfigResource resource, Map<String, String> settings, AlterConfigOp.OpType how)
            throws Exception {
        admin.incrementalAlterConfigs(Map.of(
                        resource,
                        settings.entrySet().stream()
                                .map(setting ->
                                        new AlterConfigOp(new ConfigEntry(setting.getKey(), setting.getValue()), how))
                                .toList()))
                .all()
                .get();
    }

    private boolean isLimited(ConfigResource broker) throws Exception {
        var described = admin.describeConfigs(List.of(broker)).all().get().get(broker);
        return described.get(FOLLOWER_RATE) != null;
    }

    private void awaitReplicas(String topic, int only) throws Exception {
        while (!replicas(topic).equals(Set.of(only))) {
            Thread.onSpinWait();
        }
    }

    private void create(String topic, Map<String, String> settings) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, 1, (short) 3).configs(settings)))
                .all()
                .get();
        awaitInSync(topic, 3);
    }

    private TopicPartitionInfo partition(String topic) throws Exception {
        while (true) {
            try {
                return admin.describeTopics(List.of(topic))
                        .allTopicNames()
                        .get()
                        .get(topic)
                        .partitions()
                        .get(0);
            } catch (ExecutionException e) {
                // Of a broker that has not heard of it yet; another one has.
                assertThat(e).hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
            }
        }
    }

    private int leader(String topic) throws Exception {
        return partition(topic).leader().id();
    }

    private Set<Integer> replicas(String topic) throws Exception {
        return partition(topic).replicas().stream().map(Node::id).collect(Collectors.toSet());
    }

    private void awaitInSync(String topic, int count) throws Exception {
        while (partition(topic).isr().size() < count) {
            Thread.onSpinWait();
        }
    }

    private KafkaProducer<String, String> producer() {
        return producer(Map.of());
    }

    private KafkaProducer<String, String> producer(Map<String, Object> more) {
        var settings = new HashMap<>(more);
        settings.put("bootstrap.servers", bootstrap);
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private static void produce(KafkaProducer<String, String> producer, String topic, int from, int to)
            throws Exception {
        var sent = new ArrayList<Future<?>>();
        for (var i = from; i < to; i++) {
            sent.add(producer.send(new ProducerRecord<>(topic, Integer.toString(i))));
        }
        for (var one : sent) {
            one.get();
        }
    }

    private List<String> consume(String topic, int count) {
        var read = new ArrayList<String>();
        try (var consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", bootstrap,
                        "group.id", "readers",
                        "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.subscribe(Set.of(topic));
            while (read.size() < count) {
                consumer.poll(Duration.ofSeconds(1)).forEach(record -> read.add(record.value()));
            }
            consumer.commitSync();
            assertThat(new HashSet<>(read)).hasSize(count);
        }
        return read;
    }
}
