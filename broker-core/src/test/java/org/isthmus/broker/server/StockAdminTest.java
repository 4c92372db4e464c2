package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an administrator asks of a broker besides topics. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class StockAdminTest {
    EmbeddedBroker broker;
    Admin admin;

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        broker = EmbeddedBroker.acquire(new BrokerConfig(
                data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of("log.retention.bytes", "5000")));
        admin = Admin.create(
                Map.of("bootstrap.servers", broker.listeners().get(0).toString()));
    }

    @AfterAll
    void stop() {
        admin.close(Duration.ZERO);
        broker.close();
    }

    private void create(String topic) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    }

    private void set(ConfigResource resource, String name, String value) throws Exception {
        admin.incrementalAlterConfigs(Map.of(
                        resource, List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    private List<ConfigSource> sources(ConfigResource resource, String name) throws Exception {
        var options = new DescribeConfigsOptions().includeSynonyms(true);
        return admin.describeConfigs(List.of(resource), options).all().get().get(resource).get(name).synonyms().stream()
                .map(ConfigEntry.ConfigSynonym::source)
                .toList();
    }

    @Test
    void leadersThatLeadAlreadyNeedNoElection() throws Exception {
        create("led");
        var led = new TopicPartition("led", 0);
        var nowhere = new TopicPartition("nowhere", 0);

        var outcomes = admin.electLeaders(ElectionType.PREFERRED, Set.of(led, nowhere))
                .partitions()
                .get();
        var everywhere =
                admin.electLeaders(ElectionType.PREFERRED, null).partitions().get();

        assertThat(outcomes.get(led)).containsInstanceOf(ElectionNotNeededException.class);
        assertThat(outcomes.get(nowhere)).containsInstanceOf(UnknownTopicOrPartitionException.class);
        assertThat(everywhere).isEmpty();
    }

    @Test
    void settingTellsWhatItOverrides() throws Exception {
        create("told");
        var topic = new ConfigResource(ConfigResource.Type.TOPIC, "told");
        var group = new ConfigResource(ConfigResource.Type.GROUP, "told");
        set(topic, "retention.bytes", "7000");
        set(group, "share.auto.offset.reset", "earliest");

        assertThat(sources(topic, "retention.bytes"))
                .containsExactly(ConfigSource.DYNAMIC_TOPIC_CONFIG, ConfigSource.STATIC_BROKER_CONFIG);
        assertThat(sources(topic, "cleanup.policy")).containsExactly(ConfigSource.DEFAULT_CONFIG);
        assertThat(sources(group, "share.auto.offset.reset"))
                .containsExactly(ConfigSource.DYNAMIC_GROUP_CONFIG, ConfigSource.DEFAULT_CONFIG);
    }

    @Test
    void whatHasSettingsIsListed() throws Exception {
        create("listed");
        set(new ConfigResource(ConfigResource.Type.GROUP, "listed"), "share.auto.offset.reset", "earliest");

        assertThat(admin.listConfigResources().all().get())
                .contains(
                        new ConfigResource(ConfigResource.Type.TOPIC, "listed"),
                        new ConfigResource(ConfigResource.Type.GROUP, "listed"),
                        new ConfigResource(ConfigResource.Type.BROKER, "0"));
    }

    @Test
    void noSettingWasMadeForEveryBroker() throws Exception {
        var everyBroker = new ConfigResource(ConfigResource.Type.BROKER, "");

        assertThat(admin.describeConfigs(List.of(everyBroker))
                        .all()
                        .get()
                        .get(everyBroker)
                        .entries())
                .isEmpty();
    }
}
