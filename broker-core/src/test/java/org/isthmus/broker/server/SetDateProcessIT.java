package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.curator.test.TestingServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.isthmus.broker.metadata.TopicSetting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers in processes of their own that each have a date, which is set forward and back by hours under load. */
@Timeout(300)
class SetDateProcessIT {
    private static final int BROKERS = 3;
    private static final int PARTITIONS = 3;
    private static final List<Integer> HOURS = List.of(3, 0, -3, 0);
    private static final String ANY_DATE = Long.toString(Long.MAX_VALUE);
    /** One broker starts under each date in an ordinary build, else all of them. */
    private static final int STARTING = Integer.getInteger("isthmus.process.rounds", 1) > 1 ? BROKERS : 1;

    private final Map<Integer, SetDate> dates = new HashMap<>();
    private TestingServer zooKeeper;
    private ProcessCluster cluster;

    @TempDir
    Path data;

    @BeforeEach
    void start() throws Exception {
        for (var id = 1; id <= BROKERS; id++) {
            dates.put(id, SetDate.in(data.resolve("date-" + id)));
        }
        zooKeeper = new TestingServer(true);
        cluster = new ProcessCluster(
                zooKeeper.getConnectString() + "/dates",
                "zookeeper.session.timeout.ms=4000",
                "log.retention.check.interval.ms=100",
                "group.initial.rebalance.delay.ms=0",
                // A client's date may be behind by as much as a broker's is ahead.
                "log.message.timestamp.after.max.ms=" + ANY_DATE);
        for (var id = 1; id <= BROKERS; id++) {
            var command = dates.get(id).command();
            cluster.start(id, new ProcessCluster.Place(command, "127.0.0.1:0", data.resolve("broker-" + id)));
        }
    }

    @AfterEach
    void stop() throws Exception {
        if (cluster != null) {
            cluster.close();
            zooKeeper.close();
        }
    }

    /** Sessions of brokers and of groups, transactions and replication go on, whoever leads and coordinates. */
    @Test
    void nothingIsLostOrStandsStillWhereADateIsSet() throws Exception {
        try (var source = ReplicatedTopic.create(cluster.bootstrap(), "source", PARTITIONS, BROKERS, 2);
                var target = ReplicatedTopic.create(cluster.bootstrap(), "target", PARTITIONS, BROKERS, 2);
                var producer = SteadyProducer.start(cluster.bootstrap(), source.name(), PARTITIONS);
                var consumer = SteadyConsumer.start(cluster.bootstrap(), source.name(), PARTITIONS);
                var mover = SteadyMover.start(cluster.bootstrap(), source.name(), target.name())) {
            mover.awaitMore(100);
            for (var date : dates.values()) {
                for (var hours : HOURS) {
                    date.set(Duration.ofHours(hours));
                    producer.awaitMoreEverywhere(200);
                    mover.awaitMore(500);
                }
            }
            mover.checkItNeverFailed();
            producer.checkAll(source);
            consumer.checkAll(source);
            mover.checkAll(source, target, PARTITIONS);
        }
    }

    /** It reads what others wrote under another date, and coordinates what they began. */
    @Test
    void nothingIsLostOrStandsStillWhereABrokerStartsUnderAnotherDate() throws Exception {
        try (var source = ReplicatedTopic.create(cluster.bootstrap(), "source", PARTITIONS, BROKERS, 2);
                var target = ReplicatedTopic.create(cluster.bootstrap(), "target", PARTITIONS, BROKERS, 2);
                var producer = SteadyProducer.start(cluster.bootstrap(), source.name(), PARTITIONS);
                var consumer = SteadyConsumer.start(cluster.bootstrap(), source.name(), PARTITIONS);
                var mover = SteadyMover.start(cluster.bootstrap(), source.name(), target.name())) {
            mover.awaitMore(100);
            for (var id = 1; id <= STARTING; id++) {
                for (var hours : HOURS) {
                    cluster.kill(id);
                    dates.get(id).set(Duration.ofHours(hours));
                    cluster.start(id);
                    cluster.awaitAllInSync();
                    producer.awaitMoreEverywhere(200);
                    mover.awaitMore(500);
                }
            }
            producer.checkAll(source);
            consumer.checkAll(source);
            mover.checkAll(source, target, PARTITIONS);
        }
    }

    /** As with Apache Kafka. What is kept for longer than the date is wrong by stays whole; what is kept for less goes. */
    @Test
    void retentionGoesByTheDateOfTheLeader() throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap()))) {
            createKept(admin, "shortly", Duration.ofHours(1));
            createKept(admin, "longer", Duration.ofHours(12));
            fill("shortly");
            fill("longer");
            dates.get(1).set(Duration.ofHours(3));
            var kept = awaitStartBeyond(admin, 0);
            // Each round looks at both, and one that comes after this one takes what is written now.
            fill("shortly");
            awaitStartBeyond(admin, kept);
            assertThat(startOf(admin, "longer")).isZero();
        }
    }

    private static void createKept(Admin admin, String name, Duration retention) throws Exception {
        var topic = new NewTopic(name, Map.of(0, List.of(1)))
                .configs(Map.of(
                        "retention.ms",
                        Long.toString(retention.toMillis()),
                        "segment.bytes",
                        Integer.toString(1 << 14)));
        admin.createTopics(List.of(topic)).all().get();
    }

    private void fill(String topic) {
        try (var producer = producer()) {
            for (var number = 0; number < 5_000; number++) {
                producer.send(new ProducerRecord<>(topic, 0, null, number));
            }
        }
    }

    private static long awaitStartBeyond(Admin admin, long before) throws Exception {
        while (true) {
            var start = startOf(admin, "shortly");
            if (start > before) {
                return start;
            }
            Thread.onSpinWait();
        }
    }

    private static long startOf(Admin admin, String topic) throws Exception {
        var partition = new TopicPartition(topic, 0);
        return admin.listOffsets(Map.of(partition, OffsetSpec.earliest()))
                .partitionResult(partition)
                .get()
                .offset();
    }

    /** As with Apache Kafka: by the default, what seems more than an hour ahead is refused, which its sender is told. */
    @Test
    void leaderWhoseDateIsBehindRefusesWhatSeemsFarAhead() throws Exception {
        var setting = TopicSetting.MESSAGE_TIMESTAMP_AFTER_MAX_MS;
        try (var admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap()));
                var producer = producer()) {
            admin.createTopics(List.of(
                            new NewTopic("dated", Map.of(0, List.of(1))).configs(Map.of(setting.key(), "3600000"))))
                    .all()
                    .get();
            dates.get(1).set(Duration.ofHours(-3));
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("dated", 0, null, 1))
                            .get())
                    .hasCauseInstanceOf(InvalidTimestampException.class);
            dates.get(1).set(Duration.ZERO);
            assertThat(producer.send(new ProducerRecord<>("dated", 0, null, 2))
                            .get()
                            .offset())
                    .isZero();
        }
    }

    private KafkaProducer<Integer, Integer> producer() {
        var config = Map.<String, Object>of("bootstrap.servers", cluster.bootstrap(), "batch.size", 1_000);
        return new KafkaProducer<>(config, new IntegerSerializer(), new IntegerSerializer());
    }
}
