package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.curator.test.TestingServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three brokers in processes of their own that replicate, under an idempotent producer that never stops: leaders are killed and paused in
 * the middle of writing, and every acknowledged record is there once and in order.
 */
@Timeout(300)
class ReplicationProcessIT {
    private static final String TOPIC = "replicated";
    private static final int PARTITIONS = 3;
    private static final int KILLS = 2;

    private final Map<Integer, BrokerProcess> brokers = new HashMap<>();
    private final Map<Integer, List<Integer>> acknowledged = new ConcurrentHashMap<>();
    private TestingServer zooKeeper;
    private volatile boolean enough;
    private @Nullable Exception refused; // guarded by acknowledged, as those are

    @TempDir
    Path data;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingServer(true);
        for (var id = 1; id <= 3; id++) {
            start(id, "127.0.0.1:0");
        }
        for (var partition = 0; partition < PARTITIONS; partition++) {
            acknowledged.put(partition, new ArrayList<>());
        }
    }

    private void start(int id, String listener) throws IOException {
        brokers.put(
                id,
                BrokerProcess.startAt(
                        listener,
                        data.resolve("broker-" + id),
                        "--zookeeper",
                        zooKeeper.getConnectString() + "/replication",
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
    void acknowledgedRecordsSurviveLeadersThatAreKilledAndPaused() throws Exception {
        var bootstrap = brokers.values().stream().map(BrokerProcess::address).collect(Collectors.joining(","));
        // A paused broker does not answer, and is not waited for as long as the client would.
        var config = Map.<String, Object>of("bootstrap.servers", bootstrap, "request.timeout.ms", 2000);
        try (var admin = Admin.create(config)) {
            admin.createTopics(List.of(
                            new NewTopic(TOPIC, PARTITIONS, (short) 3).configs(Map.of("min.insync.replicas", "2"))))
                    .all()
                    .get();
            awaitAllInSync(admin);
            var producing = new Thread(() -> produce(bootstrap), "producing");
            producing.start();

            for (var round = 0; round < KILLS; round++) {
                var partition = round % PARTITIONS;
                awaitMore(partition, 200);
                var leader = leader(admin, partition);
                var killed = Objects.requireNonNull(brokers.remove(leader));
                killed.kill();
                awaitOtherLeader(admin, partition, leader);
                awaitMore(partition, 200);
                start(leader, killed.address());
                awaitAllInSync(admin);
            }

            awaitMore(0, 200);
            var leader = leader(admin, 0);
            brokers.get(leader).signal("STOP");
            awaitOtherLeader(admin, 0, leader);
            awaitMore(0, 200);
            brokers.get(leader).signal("CONT");
            awaitAllInSync(admin);
            awaitMore(0, 200);

            enough = true;
            producing.join();
        }
        for (var partition = 0; partition < PARTITIONS; partition++) {
            var found = readAll(bootstrap, partition);
            assertThat(found).as("in order").isSorted();
            var distinct = new HashSet<>(found);
            assertThat(found).as("each once").hasSameSizeAs(distinct);
            var lost = new HashSet<>(acknowledged.get(partition));
            lost.removeAll(distinct);
            assertThat(lost).as("acknowledged and not there").isEmpty();
        }
    }

    private void produce(String bootstrap) {
        var config = Map.<String, Object>of(
                "bootstrap.servers",
                bootstrap,
                "linger.ms",
                1,
                "max.block.ms",
                120_000,
                "delivery.timeout.ms",
                120_000);
        try (var producer = new KafkaProducer<>(config, new IntegerSerializer(), new IntegerSerializer())) {
            for (var number = 0; !enough; number++) {
                for (var partition = 0; partition < PARTITIONS; partition++) {
                    var place = partition;
                    var value = number;
                    producer.send(new ProducerRecord<>(TOPIC, partition, null, number), (where, failure) -> {
                        synchronized (acknowledged) {
                            if (failure == null) {
                                acknowledged.get(place).add(value);
                            } else {
                                refused = failure;
                            }
                            acknowledged.notifyAll();
                        }
                    });
                }
                if (number % 100 == 99) {
                    producer.flush();
                }
            }
        }
    }

    private void awaitMore(int partition, int count) throws InterruptedException {
        synchronized (acknowledged) {
            var wanted = acknowledged.get(partition).size() + count;
            while (acknowledged.get(partition).size() < wanted) {
                assertThat(refused).as("what the producer could not send").isNull();
                acknowledged.wait();
            }
        }
    }

    private static int leader(Admin admin, int partition) throws Exception {
        var leader = describe(admin).get(partition).leader();
        return leader == null ? -1 : leader.id();
    }

    private static void awaitOtherLeader(Admin admin, int partition, int before) throws Exception {
        for (var now = leader(admin, partition); now < 0 || now == before; now = leader(admin, partition)) {
            Thread.onSpinWait();
        }
    }

    private static void awaitAllInSync(Admin admin) throws Exception {
        while (!describe(admin).stream().allMatch(partition -> partition.isr().size() == 3)) {
            Thread.onSpinWait();
        }
    }

    private static List<TopicPartitionInfo> describe(Admin admin) throws Exception {
        while (true) {
            try {
                return admin.describeTopics(List.of(TOPIC))
                        .allTopicNames()
                        .get()
                        .get(TOPIC)
                        .partitions();
            } catch (ExecutionException e) {
                // A broker that is being killed or does not answer; another one will.
                Thread.onSpinWait();
            }
        }
    }

    private static List<Integer> readAll(String bootstrap, int index) {
        var config = Map.<String, Object>of("bootstrap.servers", bootstrap, "auto.offset.reset", "earliest");
        var found = new ArrayList<Integer>();
        try (var consumer = new KafkaConsumer<>(config, new IntegerDeserializer(), new IntegerDeserializer())) {
            var partition = new TopicPartition(TOPIC, index);
            consumer.assign(List.of(partition));
            var end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> found.add(record.value()));
            }
        }
        return found;
    }
}
