package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.curator.test.TestingServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three brokers in processes of their own between which partitions move under a limit, by the requests that {@code kafka-reassign-partitions} sends
 * for {@code --execute --throttle} and for {@code --verify}.
 */
@Timeout(300)
class ReassignmentProcessIT {
    private static final List<String> RATES =
            List.of("leader.replication.throttled.rate", "follower.replication.throttled.rate");
    private static final String LEADERS = "leader.replication.throttled.replicas";
    private static final String FOLLOWERS = "follower.replication.throttled.replicas";
    private static final List<Integer> BROKERS = List.of(1, 2, 3);

    private static final List<Integer> NUMBERS = IntStream.range(0, 300).boxed().toList();
    private static final Header PADDING = new RecordHeader("padding", new byte[10_000]);
    private static final int RATE = 1_000_000;
    /** What the records of two topics take at that rate, less the second's worth that comes at once. */
    private static final Duration AT_LEAST = Duration.ofSeconds(2 * 300 * 10_000 / RATE - 1);

    private TestingServer zooKeeper;
    private ProcessCluster cluster;
    private ReplicatedTopic one;
    private ReplicatedTopic two;
    private Admin admin;

    @TempDir
    Path data;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingServer(true);
        cluster = new ProcessCluster(zooKeeper.getConnectString() + "/moves", "zookeeper.session.timeout.ms=2000");
        for (var id : BROKERS) {
            cluster.start(id, data.resolve("broker-" + id));
        }
        one = filled("one");
        two = filled("two");
        admin = one.admin();
    }

    /** On the first broker alone. */
    private ReplicatedTopic filled(String name) throws Exception {
        var topic = ReplicatedTopic.create(cluster.bootstrap(), name, List.of(1), 1);
        var config = Map.<String, Object>of("bootstrap.servers", cluster.bootstrap());
        try (var producer = new KafkaProducer<>(config, new IntegerSerializer(), new IntegerSerializer())) {
            for (var number : NUMBERS) {
                producer.send(new ProducerRecord<>(name, 0, null, null, number, List.of(PADDING)));
            }
        }
        return topic;
    }

    @AfterEach
    void stop() throws Exception {
        one.close();
        two.close();
        cluster.close();
        zooKeeper.close();
    }

    @Test
    void limitHoldsForWhoSendsToTwoAndForWhoGetsFromTwoAndIsGoneAfterwards() throws Exception {
        var apart = Map.of("one", 2, "two", 3);
        var begun = System.nanoTime();
        execute(Map.of("one", 1, "two", 1), apart, RATE);
        awaitMoved(apart);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(AT_LEAST);
        verify();

        var together = Map.of("one", 1, "two", 1);
        begun = System.nanoTime();
        execute(apart, together, RATE);
        awaitMoved(together);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(AT_LEAST);
        verify();

        assertThat(one.readAll(0)).isEqualTo(NUMBERS);
        assertThat(two.readAll(0)).isEqualTo(NUMBERS);
    }

    /** The limit is so low that nothing but its rise ends the move. */
    @Test
    void moveAndItsLimitOutliveTheBrokersThatSendAndGet() throws Exception {
        var there = Map.of("one", 2, "two", 2);
        execute(Map.of("one", 1, "two", 1), there, 1);
        for (var id : List.of(2, 1)) {
            cluster.kill(id);
            cluster.start(id);
        }
        awaitLimit(1);
        assertThat(moving()).isEqualTo(2);

        limit(Integer.MAX_VALUE);
        awaitMoved(there);
        verify();

        assertThat(one.readAll(0)).isEqualTo(NUMBERS);
        assertThat(two.readAll(0)).isEqualTo(NUMBERS);
    }

    /** From the topics' only replicas to others. */
    private void execute(Map<String, Integer> from, Map<String, Integer> to, int rate) throws Exception {
        for (var topic : to.keySet()) {
            alter(
                    ConfigResource.Type.TOPIC,
                    topic,
                    AlterConfigOp.OpType.SET,
                    Map.of(LEADERS, "0:" + from.get(topic), FOLLOWERS, "0:" + to.get(topic)));
        }
        limit(rate);
        var wanted = new HashMap<TopicPartition, Optional<NewPartitionReassignment>>();
        to.forEach((topic, broker) ->
                wanted.put(new TopicPartition(topic, 0), Optional.of(new NewPartitionReassignment(List.of(broker)))));
        admin.alterPartitionReassignments(wanted).all().get();
    }

    private void limit(int rate) throws Exception {
        for (var id : BROKERS) {
            var text = Integer.toString(rate);
            alter(
                    ConfigResource.Type.BROKER,
                    id.toString(),
                    AlterConfigOp.OpType.SET,
                    Map.of(RATES.get(0), text, RATES.get(1), text));
        }
        awaitLimit(rate);
    }

    private void awaitLimit(int rate) throws Exception {
        for (var id : BROKERS) {
            for (var name : RATES) {
                await(ConfigResource.Type.BROKER, id.toString(), name, Integer.toString(rate));
            }
        }
    }

    private void awaitMoved(Map<String, Integer> to) throws Exception {
        while (moving() > 0) {
            Thread.onSpinWait();
        }
        one.awaitInSync(0, List.of(to.get("one")));
        two.awaitInSync(0, List.of(to.get("two")));
    }

    private int moving() throws Exception {
        return admin.listPartitionReassignments().reassignments().get().size();
    }

    /** Once nothing moves: takes the limit from all brokers and topics. */
    private void verify() throws Exception {
        for (var id : BROKERS) {
            var unset = new HashMap<String, String>();
            RATES.forEach(name -> unset.put(name, ""));
            unset.put("replica.alter.log.dirs.io.max.bytes.per.second", "");
            alter(ConfigResource.Type.BROKER, id.toString(), AlterConfigOp.OpType.DELETE, unset);
        }
        for (var topic : List.of("one", "two")) {
            alter(ConfigResource.Type.TOPIC, topic, AlterConfigOp.OpType.DELETE, Map.of(LEADERS, "", FOLLOWERS, ""));
        }
        for (var id : BROKERS) {
            for (var name : RATES) {
                await(ConfigResource.Type.BROKER, id.toString(), name, null);
            }
        }
        for (var topic : List.of("one", "two")) {
            await(ConfigResource.Type.TOPIC, topic, LEADERS, "");
            await(ConfigResource.Type.TOPIC, topic, FOLLOWERS, "");
        }
    }

    private void alter(ConfigResource.Type type, String name, AlterConfigOp.OpType how, Map<String, String> settings)
            throws Exception {
        var changes = settings.entrySet().stream()
                .map(setting -> new AlterConfigOp(new ConfigEntry(setting.getKey(), setting.getValue()), how))
                .toList();
        admin.incrementalAlterConfigs(Map.of(new ConfigResource(type, name), changes))
                .all()
                .get();
    }

    /** Each broker follows the store by itself. Null stands for a setting that is not there. */
    private void await(ConfigResource.Type type, String resource, String name, @Nullable String value)
            throws Exception {
        var asked = new ConfigResource(type, resource);
        while (true) {
            var told =
                    admin.describeConfigs(List.of(asked)).all().get().get(asked).get(name);
            if (Objects.equals(told == null ? null : told.value(), value)) {
                return;
            }
            Thread.onSpinWait();
        }
    }
}
