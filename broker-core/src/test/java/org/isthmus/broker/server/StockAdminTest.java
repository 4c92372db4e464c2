package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.NoReassignmentInProgressException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an unmodified administrator's client sees of one broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class StockAdminTest {
    EmbeddedBroker broker;
    String bootstrap;
    Admin admin;

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        broker = EmbeddedBroker.acquire(new BrokerConfig(
                data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of("log.retention.ms", "3600000")));
        bootstrap = broker.listeners().get(0).toString();
        admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
    }

    @AfterAll
    void stop() {
        admin.close();
        broker.close();
    }

    @Test
    void featuresAreToldWithASteadyEpoch() throws Exception {
        var features = admin.describeFeatures().featureMetadata().get();

        assertThat(features.finalizedFeaturesEpoch()).hasValue(1L);
        assertThat(features.finalizedFeatures().keySet())
                .containsExactlyInAnyOrder("transaction.version", "group.version", "share.version", "metadata.version");
        assertThat(features.finalizedFeatures().get("group.version").maxVersionLevel())
                .isEqualTo((short) 1);
    }

    @Test
    void manyPartitionsAreDescribedPageByPage() throws Exception {
        admin.createTopics(List.of(new NewTopic("pages-a", 7, (short) 1), new NewTopic("pages-b", 5, (short) 1)))
                .all()
                .get();

        var described = admin.describeTopics(
                        List.of("pages-b", "pages-a"), new DescribeTopicsOptions().partitionSizeLimitPerResponse(3))
                .allTopicNames()
                .get();

        assertThat(described.get("pages-a").partitions())
                .extracting(partition -> partition.partition())
                .containsExactlyElementsOf(numbers(7));
        assertThat(described.get("pages-b").partitions())
                .extracting(partition -> partition.partition())
                .containsExactlyElementsOf(numbers(5));
        assertThatThrownBy(() ->
                        admin.describeTopics(List.of("missing")).allTopicNames().get())
                .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
    }

    @Test
    void hangingTransactionIsFoundAndAborted() throws Exception {
        create("hung", 1);
        var partition = new TopicPartition("hung", 0);
        try (var producer = producer(Map.of("transactional.id", "hanger-1"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("hung", "never decided")).get();
            assertThat(listed(new ListTransactionsOptions().filterOnTransactionalIdPattern("hanger-.*")))
                    .containsExactly("hanger-1");
            assertThat(listed(new ListTransactionsOptions().filterOnTransactionalIdPattern("other.*")))
                    .isEmpty();
            assertThat(listed(new ListTransactionsOptions().filterOnDuration(3_600_000)))
                    .doesNotContain("hanger-1");
            assertThatThrownBy(() -> listed(new ListTransactionsOptions().filterOnTransactionalIdPattern("(")))
                    .hasCauseInstanceOf(InvalidRegularExpression.class);
            var active = admin.describeProducers(List.of(partition))
                    .partitionResult(partition)
                    .get()
                    .activeProducers()
                    .get(0);
            assertThat(active.currentTransactionStartOffset()).hasValue(0);
            assertThat(active.lastSequence()).isZero();
            assertThat(stableEnd(partition)).isZero();

            admin.abortTransaction(new AbortTransactionSpec(
                            partition,
                            active.producerId(),
                            (short) active.producerEpoch(),
                            active.coordinatorEpoch().orElse(0)))
                    .all()
                    .get();

            assertThat(stableEnd(partition)).isEqualTo(2);
            var after = admin.describeProducers(List.of(partition))
                    .partitionResult(partition)
                    .get()
                    .activeProducers()
                    .get(0);
            assertThat(after.currentTransactionStartOffset()).isEmpty();
        }
    }

    @Test
    void settingsAreToldWithWhereTheyComeFromAndWhatTheyAre() throws Exception {
        create("settled", 1);
        var topic = new ConfigResource(ConfigResource.Type.TOPIC, "settled");
        admin.incrementalAlterConfigs(Map.of(
                        topic,
                        List.of(new AlterConfigOp(new ConfigEntry("retention.ms", "1000"), AlterConfigOp.OpType.SET))))
                .all()
                .get();

        var config = admin.describeConfigs(
                        List.of(topic),
                        new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true))
                .all()
                .get()
                .get(topic);

        var retention = config.get("retention.ms");
        assertThat(retention.value()).isEqualTo("1000");
        assertThat(retention.source()).isEqualTo(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
        assertThat(retention.synonyms())
                .extracting(synonym -> synonym.name() + "=" + synonym.value() + " " + synonym.source())
                .containsExactly(
                        "retention.ms=1000 DYNAMIC_TOPIC_CONFIG",
                        "log.retention.ms=3600000 STATIC_BROKER_CONFIG",
                        "log.retention.ms=604800000 DEFAULT_CONFIG");
        assertThat(config.entries())
                .allSatisfy(entry ->
                        assertThat(entry.documentation()).as(entry.name()).isNotBlank());
        assertThat(config.get("segment.ms").isDefault()).isTrue();
    }

    @Test
    void whatHasSettingsIsListed() throws Exception {
        create("configured", 1);
        var group = new ConfigResource(ConfigResource.Type.GROUP, "some-group");
        admin.incrementalAlterConfigs(Map.of(
                        group,
                        List.of(new AlterConfigOp(
                                new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET))))
                .all()
                .get();

        var all = admin.listConfigResources().all().get();
        var groups = admin.listConfigResources(Set.of(ConfigResource.Type.GROUP), new ListConfigResourcesOptions())
                .all()
                .get();

        assertThat(all).contains(group, new ConfigResource(ConfigResource.Type.TOPIC, "configured"));
        assertThat(groups).containsExactly(group);
    }

    @Test
    void validationAloneCreatesNothing() throws Exception {
        var options = new CreateTopicsOptions().validateOnly(true);

        admin.createTopics(List.of(new NewTopic("imagined", 3, (short) 1)), options)
                .all()
                .get();

        assertThat(admin.listTopics().names().get()).doesNotContain("imagined");
    }

    @Test
    void oneBrokerElectsAndMovesNothing() throws Exception {
        create("still", 1);
        var partition = new TopicPartition("still", 0);
        var elected = admin.electLeaders(ElectionType.PREFERRED, Set.of(partition))
                .partitions()
                .get();
        assertThat(elected.get(partition)).get().isInstanceOf(ElectionNotNeededException.class);
        assertThat(admin.electLeaders(ElectionType.PREFERRED, null).partitions().get())
                .isEmpty();

        move(partition, Optional.of(new NewPartitionReassignment(List.of(0))));
        assertThatThrownBy(() -> move(partition, Optional.of(new NewPartitionReassignment(List.of(7)))))
                .hasCauseInstanceOf(InvalidReplicaAssignmentException.class);
        assertThatThrownBy(() -> move(partition, Optional.empty()))
                .hasCauseInstanceOf(NoReassignmentInProgressException.class);
        assertThat(admin.listPartitionReassignments().reassignments().get()).isEmpty();
    }

    private void move(TopicPartition partition, Optional<NewPartitionReassignment> to) throws Exception {
        admin.alterPartitionReassignments(Map.of(partition, to)).all().get();
    }

    private void create(String topic, int partitions) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                .all()
                .get();
    }

    private List<String> listed(ListTransactionsOptions options) throws Exception {
        return admin.listTransactions(options).all().get().stream()
                .map(TransactionListing::transactionalId)
                .toList();
    }

    private long stableEnd(TopicPartition partition) throws Exception {
        return admin.listOffsets(
                        Map.of(partition, OffsetSpec.latest()), new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .partitionResult(partition)
                .get()
                .offset();
    }

    private KafkaProducer<String, String> producer(Map<String, Object> extra) {
        var config = new HashMap<String, Object>(Map.of("bootstrap.servers", bootstrap));
        config.putAll(extra);
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }
}
