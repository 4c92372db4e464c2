package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.curator.test.TestingServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers in processes of their own and a ZooKeeper server: what is left when one is killed, and what comes back with it. */
@Timeout(300)
class ClusterProcessIT {
    private final Map<Integer, BrokerProcess> brokers = new HashMap<>();
    private TestingServer zooKeeper;

    @TempDir
    Path data;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingServer(true);
        for (var id = 1; id <= 3; id++) {
            start(id);
        }
        Acquaintance.awaitAmong(
                brokers.values().stream().map(BrokerProcess::address).toList());
    }

    private void start(int id) throws Exception {
        brokers.put(
                id,
                BrokerProcess.start(
                        data.resolve("broker-" + id),
                        "--zookeeper",
                        zooKeeper.getConnectString() + "/processes",
                        "--id",
                        Integer.toString(id),
                        "--config",
                        "zookeeper.session.timeout.ms=2000"));
    }

    @AfterEach
    void stop() throws Exception {
        brokers.values().forEach(BrokerProcess::close);
        zooKeeper.close();
    }

    @Test
    void killedBrokersPartitionsWaitForItAndEveryAcknowledgedRecordIsThereAgain() throws Exception {
        var acknowledged = ConcurrentHashMap.<String>newKeySet();
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrap()))) {
            admin.createTopics(List.of(new NewTopic("spread", 6, (short) 1)))
                    .all()
                    .get();
            awaitLed(admin, Set.of(1, 2, 3), 6);
            produce(IntStream.range(0, 6).boxed().toList(), acknowledged);
            assertThat(acknowledged).hasSize(600);

            Objects.requireNonNull(brokers.remove(2)).kill();

            produce(awaitLed(admin, Set.of(-1, 1, 3), 4), acknowledged);

            start(2);
            awaitLed(admin, Set.of(1, 2, 3), 6);
            produce(IntStream.range(0, 6).boxed().toList(), acknowledged);
        }
        assertThat(readAll(acknowledged.size())).containsExactlyInAnyOrderElementsOf(acknowledged);
    }

    @Test
    void brokersEndCleanlyOneAfterAnother() throws Exception {
        for (var id : List.of(1, 2, 3)) {
            assertThat(Objects.requireNonNull(brokers.remove(id)).terminate()).isZero();
        }
    }

    private String bootstrap() {
        return brokers.values().stream().map(BrokerProcess::address).collect(Collectors.joining(","));
    }

    /** The partitions that are led, once there are so many and no leader but these; −1 where there is none. */
    private static List<Integer> awaitLed(Admin admin, Set<Integer> leaders, int count) throws Exception {
        while (true) {
            var partitions = describe(admin);
            var led = partitions.stream()
                    .filter(partition -> leader(partition) > 0)
                    .map(TopicPartitionInfo::partition)
                    .toList();
            if (led.size() == count
                    && partitions.stream().map(ClusterProcessIT::leader).allMatch(leaders::contains)) {
                return led;
            }
        }
    }

    private static List<TopicPartitionInfo> describe(Admin admin) throws Exception {
        try {
            return admin.describeTopics(List.of("spread"))
                    .allTopicNames()
                    .get()
                    .get("spread")
                    .partitions();
        } catch (ExecutionException e) {
            // Of a broker that has not heard of it yet; another one has.
            assertThat(e).hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
            return List.of();
        }
    }

    private static int leader(TopicPartitionInfo partition) {
        var leader = partition.leader();
        return leader == null || leader.equals(Node.noNode()) ? -1 : leader.id();
    }

    private void produce(List<Integer> partitions, Set<String> acknowledged) {
        var round = acknowledged.size();
        var config = Map.<String, Object>of("bootstrap.servers", bootstrap());
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            for (var partition : partitions) {
                for (var i = 0; i < 100; i++) {
                    var value = round + "-" + partition + "-" + i;
                    producer.send(new ProducerRecord<>("spread", partition, null, value), (where, failure) -> {
                        if (failure == null) {
                            acknowledged.add(value);
                        }
                    });
                }
            }
        }
    }

    private List<String> readAll(int count) {
        var config = Map.<String, Object>of("bootstrap.servers", bootstrap(), "auto.offset.reset", "earliest");
        var found = new ArrayList<String>();
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(IntStream.range(0, 6)
                    .mapToObj(index -> new TopicPartition("spread", index))
                    .toList());
            while (found.size() < count) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> found.add(record.value()));
            }
            consumer.poll(Duration.ofMillis(200)).forEach(record -> found.add(record.value()));
        }
        return found;
    }
}
