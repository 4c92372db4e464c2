package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Unmodified consumers whose group goes over from one protocol to the other, one consumer after another, and back (KIP-848). */
@Timeout(120)
class StockMigrationTest {
    private static final int PARTITIONS = 6;
    private static final Map<String, String> MODERN = Map.of("group.protocol", "consumer");

    @TempDir
    Path data;

    EmbeddedBroker broker;
    String bootstrap;
    int produced;

    final List<String> read = new ArrayList<>();
    final List<Member> members = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        var settings = Map.of(
                "num.partitions", Integer.toString(PARTITIONS),
                "group.initial.rebalance.delay.ms", "0",
                "group.consumer.min.heartbeat.interval.ms", "50",
                "group.consumer.heartbeat.interval.ms", "100");
        broker = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), settings));
        bootstrap = broker.listeners().get(0).toString();
    }

    @AfterEach
    void stop() {
        members.forEach(member -> member.consumer.close());
        broker.close();
    }

    @ParameterizedTest
    @ValueSource(classes = {RangeAssignor.class, CooperativeStickyAssignor.class})
    void threeConsumersAreUpgradedAndDowngradedOneByOneAndReadEveryRecordOnce(Class<?> assignor) throws Exception {
        var classic = Map.of(
                "group.protocol", "classic",
                "heartbeat.interval.ms", "100",
                "session.timeout.ms", "10000",
                "partition.assignment.strategy", assignor.getName());
        for (var i = 0; i < 3; i++) {
            members.add(new Member(classic));
        }
        readMore(GroupType.CLASSIC, 0);

        replaceOne(MODERN);
        readMore(GroupType.CONSUMER, 1);
        replaceOne(MODERN);
        readMore(GroupType.CONSUMER, 2);
        replaceOne(MODERN);
        readMore(GroupType.CONSUMER, 3);

        replaceOne(classic);
        readMore(GroupType.CONSUMER, 2);
        replaceOne(classic);
        readMore(GroupType.CONSUMER, 1);
        replaceOne(classic);
        readMore(GroupType.CLASSIC, 0);

        assertThat(new HashSet<>(read)).as("records read twice").hasSize(read.size());
        assertThat(members).allMatch(member -> member.lost == 0);
        members.forEach(member -> member.consumer.commitSync());
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            var offsets = admin.listConsumerGroupOffsets("readers")
                    .partitionsToOffsetAndMetadata()
                    .get();
            assertThat(offsets.values().stream().mapToLong(one -> one.offset()).sum())
                    .isEqualTo(produced);
        }
    }

    /** The oldest goes, and one of the given kind comes for it. */
    private void replaceOne(Map<String, String> config) {
        members.remove(0).consumer.close();
        members.add(new Member(config));
    }

    /** Lets the group come to rest, and read what is written then. */
    private void readMore(GroupType type, int modern) throws Exception {
        poll(() ->
                members.stream().allMatch(member -> member.consumer.assignment().size() == 2) && isAtRest(type));
        var described = described();
        assertThat(described.members().stream()
                        .filter(member -> member.upgraded().orElse(false)))
                .hasSize(modern);
        produce(60);
        poll(() -> read.size() == produced);
    }

    private boolean isAtRest(GroupType type) {
        try {
            var group = described();
            return group.type() == type && group.groupState() == GroupState.STABLE;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private ConsumerGroupDescription described() throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            return admin.describeConsumerGroups(List.of("readers"))
                    .describedGroups()
                    .get("readers")
                    .get();
        }
    }

    private void poll(BooleanSupplier until) {
        var deadline = System.nanoTime() + Duration.ofSeconds(40).toNanos();
        while (!until.getAsBoolean()) {
            assertThat(System.nanoTime()).as("read " + read.size()).isLessThan(deadline);
            for (var member : members) {
                member.consumer.poll(Duration.ofMillis(20)).forEach(record -> read.add(record.value()));
            }
        }
    }

    private void produce(int count) {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrap, "linger.ms", "0");
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            for (var i = 0; i < count; i++) {
                var value = "orders-" + produced++;
                producer.send(new ProducerRecord<>("orders", produced % PARTITIONS, null, value));
            }
        }
    }

    private final class Member implements ConsumerRebalanceListener {
        final KafkaConsumer<String, String> consumer;
        int lost;

        Member(Map<String, String> extra) {
            var config = new HashMap<String, Object>(Map.of(
                    "bootstrap.servers", bootstrap,
                    "group.id", "readers",
                    "auto.offset.reset", "earliest",
                    "metadata.max.age.ms", "300",
                    "retry.backoff.max.ms", "100"));
            config.putAll(extra);
            consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
            consumer.subscribe(List.of("orders"), this);
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            lost += partitions.size();
        }
    }
}
