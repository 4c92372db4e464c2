package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Settings of brokers that an unmodified administrator's client changes while they run. */
@Timeout(60)
class StockBrokerConfigsTest {
    private static final ConfigResource ALL = new ConfigResource(ConfigResource.Type.BROKER, "");
    private static final ConfigResource OWN = new ConfigResource(ConfigResource.Type.BROKER, "0");
    private static final ConfigResource TOPIC = new ConfigResource(ConfigResource.Type.TOPIC, "orders");

    @TempDir
    Path data;

    EmbeddedBroker broker;
    Admin admin;

    @BeforeEach
    void start() throws Exception {
        broker = EmbeddedBroker.acquire(
                new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of("message.max.bytes", "9000")));
        admin = Admin.create(
                Map.of("bootstrap.servers", broker.listeners().get(0).toString()));
    }

    @AfterEach
    void stop() {
        admin.close();
        broker.close();
    }

    @Test
    void topicTakesWhatIsSetForItsBrokerBeforeWhatIsSetForAll() throws Exception {
        admin.createTopics(List.of(new NewTopic("orders", 1, (short) 1))).all().get();
        untilTaken(8_000);
        untilRefused(20_000);

        set(ALL, "message.max.bytes", "1000");
        untilRefused(8_000);
        set(OWN, "message.max.bytes", "30000");
        untilTaken(20_000);

        assertThat(described(TOPIC).get("max.message.bytes").synonyms())
                .extracting(ConfigEntry.ConfigSynonym::source, ConfigEntry.ConfigSynonym::value)
                .containsExactly(
                        tuple(ConfigSource.DYNAMIC_BROKER_CONFIG, "30000"),
                        tuple(ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG, "1000"),
                        tuple(ConfigSource.STATIC_BROKER_CONFIG, "9000"),
                        tuple(ConfigSource.DEFAULT_CONFIG, "1048588"));
        set(TOPIC, "max.message.bytes", "500");
        untilRefused(8_000);
        unset(TOPIC, "max.message.bytes");
        unset(OWN, "message.max.bytes");
        unset(ALL, "message.max.bytes");
        untilTaken(8_000);
        untilRefused(20_000);
    }

    @Test
    void brokerTellsWhereItsValuesComeFromAlsoOnceItIsBack() throws Exception {
        set(ALL, "log.retention.ms", "5000");
        set(ALL, "log.roll.ms", "7000");
        set(OWN, "log.roll.ms", "6000");
        admin.close();
        broker.close();
        start();

        var own = described(OWN);
        assertThat(source(own, "log.retention.ms")).isEqualTo(ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
        assertThat(source(own, "log.roll.ms")).isEqualTo(ConfigSource.DYNAMIC_BROKER_CONFIG);
        assertThat(own.get("log.roll.ms").value()).isEqualTo("6000");
        assertThat(source(own, "message.max.bytes")).isEqualTo(ConfigSource.STATIC_BROKER_CONFIG);
        assertThat(source(own, "log.segment.bytes")).isEqualTo(ConfigSource.DEFAULT_CONFIG);
        assertThat(own.get("log.segment.bytes").isReadOnly()).isFalse();
        assertThat(own.get("node.id").isReadOnly()).isTrue();
        assertThat(described(ALL).entries())
                .extracting(ConfigEntry::name, ConfigEntry::value)
                .containsExactlyInAnyOrder(tuple("log.retention.ms", "5000"), tuple("log.roll.ms", "7000"));
    }

    /** {@code kafka-reassign-partitions --verify} does so with all that it can set, also where it set nothing. */
    @Test
    void whatIsNotSetCanBeTakenAwayWhateverItIsCalled() throws Exception {
        unset(OWN, "leader.replication.throttled.rate");
        unset(OWN, "replica.alter.log.dirs.io.max.bytes.per.second");
        assertThatThrownBy(() -> set(OWN, "replica.alter.log.dirs.io.max.bytes.per.second", "1"))
                .hasCauseInstanceOf(InvalidRequestException.class);
    }

    @Test
    void rateWithoutALimitIsNotToldOf() throws Exception {
        assertThat(described(OWN).get("leader.replication.throttled.rate")).isNull();
        set(OWN, "leader.replication.throttled.rate", "1000");
        assertThat(described(OWN).get("leader.replication.throttled.rate").synonyms())
                .extracting(ConfigEntry.ConfigSynonym::source, ConfigEntry.ConfigSynonym::value)
                .containsExactly(tuple(ConfigSource.DYNAMIC_BROKER_CONFIG, "1000"));
    }

    @Test
    void listGetsAndLosesItems() throws Exception {
        alter(OWN, "log.cleanup.policy", "compact", AlterConfigOp.OpType.APPEND);
        assertThat(described(OWN).get("log.cleanup.policy").value()).isEqualTo("delete,compact");
        alter(OWN, "log.cleanup.policy", "delete", AlterConfigOp.OpType.SUBTRACT);
        assertThat(described(OWN).get("log.cleanup.policy").value()).isEqualTo("compact");
    }

    @Test
    void emptyListGetsItsFirstItem() throws Exception {
        admin.createTopics(List.of(new NewTopic("orders", 1, (short) 1))).all().get();
        var name = "leader.replication.throttled.replicas";
        alter(TOPIC, name, "0:1", AlterConfigOp.OpType.APPEND);
        assertThat(described(TOPIC).get(name).value()).isEqualTo("0:1");
        alter(TOPIC, name, "0:1", AlterConfigOp.OpType.SUBTRACT);
        assertThat(described(TOPIC).get(name).value()).isEmpty();
    }

    @Test
    void whatCannotBeIsRefusedAndWhatIsOnlyTriedChangesNothing() throws Exception {
        assertThatThrownBy(() -> set(OWN, "node.id", "7")).hasCauseInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> set(ALL, "log.retention.ms", "soon"))
                .hasCauseInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> set(OWN, "min.insync.replicas", "0"))
                .hasCauseInstanceOf(InvalidRequestException.class);
        var change = new AlterConfigOp(new ConfigEntry("log.roll.ms", "5"), AlterConfigOp.OpType.SET);
        var another = new AlterConfigOp(new ConfigEntry("log.roll.ms", ""), AlterConfigOp.OpType.DELETE);
        assertThatThrownBy(() -> admin.incrementalAlterConfigs(Map.of(OWN, List.of(change, another)))
                        .all()
                        .get())
                .hasCauseInstanceOf(InvalidRequestException.class);
        admin.incrementalAlterConfigs(Map.of(OWN, List.of(change)), new AlterConfigsOptions().validateOnly(true))
                .all()
                .get();

        assertThat(source(described(OWN), "log.roll.ms")).isEqualTo(ConfigSource.DEFAULT_CONFIG);
    }

    private void set(ConfigResource resource, String name, String value) throws Exception {
        alter(resource, name, value, AlterConfigOp.OpType.SET);
    }

    private void unset(ConfigResource resource, String name) throws Exception {
        alter(resource, name, "", AlterConfigOp.OpType.DELETE);
    }

    private void alter(ConfigResource resource, String name, String value, AlterConfigOp.OpType how) throws Exception {
        var change = new AlterConfigOp(new ConfigEntry(name, value), how);
        admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all().get();
    }

    private Config described(ConfigResource resource) throws Exception {
        return admin.describeConfigs(List.of(resource), new DescribeConfigsOptions().includeSynonyms(true))
                .all()
                .get()
                .get(resource);
    }

    private static ConfigSource source(Config config, String name) {
        return config.get(name).source();
    }

    private void untilTaken(int bytes) throws Exception {
        until(bytes, true);
    }

    private void untilRefused(int bytes) throws Exception {
        until(bytes, false);
    }

    /** A partition follows its settings by itself, a moment after they were changed. */
    private void until(int bytes, boolean taken) throws Exception {
        var deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (isTaken(bytes) != taken) {
            assertThat(System.nanoTime()).as(bytes + " bytes").isLessThan(deadline);
        }
    }

    private boolean isTaken(int bytes) throws Exception {
        Map<String, Object> config = new HashMap<>(
                Map.of("bootstrap.servers", broker.listeners().get(0).toString(), "max.request.size", "1000000"));
        try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>("orders", new byte[bytes])).get();
            return true;
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(RecordTooLargeException.class);
            return false;
        }
    }
}
