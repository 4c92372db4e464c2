package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What unmodified Kafka clients see of a broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class StockClientsTest {
    EmbeddedBroker broker;
    String bootstrap;

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        broker = EmbeddedBroker.acquire(new BrokerConfig(
                data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of("log.segment.bytes", "1048576")));
        bootstrap = broker.listeners().get(0).toString();
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    @Test
    void consumerReadsInOrderWhatAnIdempotentProducerSent() {
        produce("orders", 1000, Map.of());

        var read = readAssigned("orders", 1000, Map.of());

        assertThat(read).extracting(ConsumerRecord::value).isEqualTo(values(1000));
        assertThat(read).extracting(ConsumerRecord::offset).first().isEqualTo(0L);
    }

    @Test
    void everyCompressionComesBackAsItWent() {
        for (var codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            produce("packed-" + codec, 500, Map.of("compression.type", codec, "linger.ms", "5"));

            var read = readAssigned("packed-" + codec, 500, Map.of("isolation.level", "read_committed"));

            assertThat(read).extracting(ConsumerRecord::value).isEqualTo(values(500));
        }
    }

    @Test
    void everyAcknowledgementIsServed() {
        for (var acks : List.of("0", "1", "all")) {
            produce("acks-" + acks, 200, Map.of("acks", acks, "enable.idempotence", "false"));

            assertThat(readAssigned("acks-" + acks, 200, Map.of())).hasSize(200);
        }
    }

    /** As a broker for which {@code min.insync.replicas} is set says of all its topics, of those with fewer replicas too. */
    @Test
    void topicWithOneReplicaNeedsNoMoreThanThatInSync() throws Exception {
        try (var admin = admin();
                var producer = producer(Map.of("acks", "all", "retries", 0, "enable.idempotence", false))) {
            create(admin, new NewTopic("lone", 1, (short) 1).configs(Map.of("min.insync.replicas", "2")));

            assertThat(producer.send(new ProducerRecord<>("lone", "k", "v"))
                            .get()
                            .offset())
                    .isZero();
        }
    }

    @Test
    void groupMemberGoesOnWhereTheGroupCommitted() {
        produce("grouped", 100, Map.of());
        var first = readSubscribed("grouped", "readers", 100);
        produce("grouped", 50, Map.of());

        var second = readSubscribed("grouped", "readers", 50);

        assertThat(first).hasSize(100);
        assertThat(second).extracting(ConsumerRecord::value).isEqualTo(values(50));
        assertThat(second.get(0).offset()).isEqualTo(100L);
    }

    @Test
    void adminSeesAndChangesTopics() throws Exception {
        try (var admin = admin()) {
            admin.createTopics(List.of(new NewTopic("managed", 3, (short) 1).configs(Map.of("retention.ms", "1000"))))
                    .all()
                    .get();
            admin.createPartitions(Map.of("managed", NewPartitions.increaseTo(5)))
                    .all()
                    .get();
            var resource = new ConfigResource(ConfigResource.Type.TOPIC, "managed");
            admin.incrementalAlterConfigs(Map.of(
                            resource,
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("max.message.bytes", "2000"), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();

            var topic = admin.describeTopics(List.of("managed"))
                    .allTopicNames()
                    .get()
                    .get("managed");
            var config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
            assertThat(topic.partitions()).hasSize(5).allMatch(p -> p.leader().id() == 0);
            assertThat(config.get("retention.ms").value()).isEqualTo("1000");
            assertThat(config.get("retention.ms").source()).isEqualTo(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
            assertThat(config.get("max.message.bytes").value()).isEqualTo("2000");
            assertThat(config.get("segment.bytes").source()).isEqualTo(ConfigEntry.ConfigSource.STATIC_BROKER_CONFIG);
            assertThat(admin.describeCluster().nodes().get()).hasSize(1);
            assertThat(admin.describeCluster().clusterId().get()).isNotBlank();

            admin.deleteTopics(List.of("managed")).all().get();
            assertThat(admin.listTopics().names().get()).doesNotContain("managed");
        }
    }

    @Test
    void topicOfAnEarlierNameBeginsEmpty() throws Exception {
        produce("again", 10, Map.of());
        try (var admin = admin()) {
            admin.deleteTopics(List.of("again")).all().get();
            admin.createTopics(List.of(new NewTopic("again", 1, (short) 1)))
                    .all()
                    .get();
            var partition = new TopicPartition("again", 0);

            var end = admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                    .partitionResult(partition)
                    .get();

            assertThat(end.offset()).isZero();
        }
    }

    @Test
    void refusalsHaveTheProtocolsErrors() throws Exception {
        try (var admin = admin()) {
            var taken = new NewTopic("taken", 1, (short) 1);
            create(admin, taken);
            assertRefused(() -> create(admin, taken), TopicExistsException.class);
            assertRefused(() -> create(admin, new NewTopic("no/slash", 1, (short) 1)), InvalidTopicException.class);
            assertRefused(() -> create(admin, new NewTopic("none", 0, (short) 1)), InvalidPartitionsException.class);
            assertRefused(
                    () -> create(admin, new NewTopic("three", 1, (short) 3)), InvalidReplicationFactorException.class);
            assertRefused(
                    () -> create(admin, new NewTopic("c", 1, (short) 1).configs(Map.of("no.such", "1"))),
                    InvalidConfigurationException.class);
            assertRefused(
                    () -> create(admin, new NewTopic("c", 1, (short) 1).configs(Map.of("retention.ms", "soon"))),
                    InvalidConfigurationException.class);
            assertRefused(
                    () -> admin.deleteTopics(List.of("missing")).all().get(), UnknownTopicOrPartitionException.class);
        }
    }

    @Test
    void offsetsAreFoundByMeaningAndByTime() throws Exception {
        try (var producer = producer(Map.of())) {
            for (var i = 0; i < 10; i++) {
                producer.send(new ProducerRecord<>("timed", 0, 1000L + i, "k", "v"))
                        .get();
            }
        }
        var partition = new TopicPartition("timed", 0);
        try (var admin = admin()) {
            assertThat(offset(admin, partition, OffsetSpec.earliest())).isZero();
            assertThat(offset(admin, partition, OffsetSpec.latest())).isEqualTo(10);
            assertThat(offset(admin, partition, OffsetSpec.forTimestamp(1005))).isEqualTo(5);
            assertThat(offset(admin, partition, OffsetSpec.forTimestamp(5000))).isEqualTo(-1);
            assertThat(offset(admin, partition, OffsetSpec.maxTimestamp())).isEqualTo(9);
            for (var found : List.of(OffsetSpec.earliest(), OffsetSpec.forTimestamp(1005), OffsetSpec.maxTimestamp())) {
                assertThat(admin.listOffsets(Map.of(partition, found))
                                .partitionResult(partition)
                                .get()
                                .leaderEpoch())
                        .isPresent();
            }
        }
    }

    @Test
    void recordsAreDeletedUpToAnOffset() throws Exception {
        produce("shortened", 100, Map.of());
        var partition = new TopicPartition("shortened", 0);
        try (var admin = admin()) {
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(40)))
                    .all()
                    .get();

            assertThat(offset(admin, partition, OffsetSpec.earliest())).isEqualTo(40);
            assertThat(readAssigned("shortened", 60, Map.of()).get(0).offset()).isEqualTo(40);
        }
    }

    private static long offset(Admin admin, TopicPartition partition, OffsetSpec spec) throws Exception {
        return admin.listOffsets(Map.of(partition, spec))
                .partitionResult(partition)
                .get()
                .offset();
    }

    private static void create(Admin admin, NewTopic topic) throws Exception {
        admin.createTopics(List.of(topic)).all().get();
    }

    private static void assertRefused(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call, Class<? extends Throwable> error) {
        assertThatThrownBy(call).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(error);
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrap));
    }

    private KafkaProducer<String, String> producer(Map<String, Object> more) {
        var config = new HashMap<String, Object>(Map.of("bootstrap.servers", bootstrap));
        config.putAll(more);
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    private void produce(String topic, int count, Map<String, Object> config) {
        try (var producer = producer(config)) {
            for (var value : values(count)) {
                producer.send(new ProducerRecord<>(topic, value, value));
            }
        }
    }

    private static List<String> values(int count) {
        var values = new ArrayList<String>();
        for (var i = 0; i < count; i++) {
            values.add("value " + i);
        }
        return values;
    }

    private KafkaConsumer<String, String> consumer(Map<String, Object> more) {
        var config =
                new HashMap<String, Object>(Map.of("bootstrap.servers", bootstrap, "auto.offset.reset", "earliest"));
        config.putAll(more);
        return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    }

    private List<ConsumerRecord<String, String>> readAssigned(String topic, int count, Map<String, Object> config) {
        try (var consumer = consumer(config)) {
            consumer.assign(Set.of(new TopicPartition(topic, 0)));
            return read(consumer, count);
        }
    }

    private List<ConsumerRecord<String, String>> readSubscribed(String topic, String group, int count) {
        try (var consumer = consumer(Map.of("group.id", group))) {
            consumer.subscribe(List.of(topic));
            var read = read(consumer, count);
            consumer.commitSync();
            return read;
        }
    }

    private static List<ConsumerRecord<String, String>> read(KafkaConsumer<String, String> consumer, int count) {
        var read = new ArrayList<ConsumerRecord<String, String>>();
        var giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (read.size() < count && System.nanoTime() < giveUp) {
            consumer.poll(Duration.ofMillis(200)).forEach(read::add);
        }
        return read;
    }
}
