package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
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
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.curator.test.TestingServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.NoReassignmentInProgressException;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What unmodified Kafka clients see of a cluster of three brokers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class StockClusterTest {
    private final List<EmbeddedBroker> brokers = new ArrayList<>();
    private TestingServer zooKeeper;
    private Path data;
    private Admin admin;

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        this.data = data;
        zooKeeper = new TestingServer(true);
        for (var id = 1; id <= 3; id++) {
            brokers.add(start(id, "data-" + id));
        }
        Acquaintance.awaitAmong(List.of(bootstrap().split(",", -1)));
        admin = Admin.create(Map.of("bootstrap.servers", bootstrap()));
    }

    private EmbeddedBroker start(int id, String directory) throws IOException {
        return EmbeddedBroker.acquire(new BrokerConfig(
                data.resolve(directory),
                List.of(new Endpoint.Tcp("127.0.0.1", 0)),
                Map.of(
                        "zookeeper.connect",
                        zooKeeper.getConnectString() + "/stock",
                        "zookeeper.session.timeout.ms",
                        "2000",
                        "node.id",
                        Integer.toString(id),
                        "broker.rack",
                        "rack-" + id,
                        "group.initial.rebalance.delay.ms",
                        "0")));
    }

    @AfterAll
    void stop() throws IOException {
        admin.close();
        brokers.forEach(EmbeddedBroker::close);
        zooKeeper.close();
    }

    private String bootstrap() {
        return brokers.stream()
                .flatMap(broker -> broker.listeners().stream())
                .map(Endpoint.Tcp::toString)
                .collect(Collectors.joining(","));
    }

    @Test
    void adminSeesEveryBrokerWithItsRackAndOneController() throws Exception {
        var cluster = admin.describeCluster();

        assertThat(cluster.nodes().get()).extracting(Node::id).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(cluster.nodes().get())
                .allSatisfy(node -> assertThat(node.rack()).isEqualTo("rack-" + node.id()));
        assertThat(cluster.controller().get().id()).isBetween(1, 3);
    }

    @Test
    void settingForAllBrokersHoldsOnEachAndOneForABrokerOnThatAlone() throws Exception {
        var name = "log.segment.bytes";
        for (var broker : List.of("", "2")) {
            var resource = new ConfigResource(ConfigResource.Type.BROKER, broker);
            var value = broker.isEmpty() ? "2000000" : "3000000";
            var set = new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(resource, List.of(set))).all().get();
        }

        for (var broker : List.of("1", "2", "3")) {
            var resource = new ConfigResource(ConfigResource.Type.BROKER, broker);
            var expected = broker.equals("2") ? "3000000" : "2000000";
            // Each broker follows the store by itself.
            String seen;
            var deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            do {
                seen = admin.describeConfigs(List.of(resource))
                        .all()
                        .get()
                        .get(resource)
                        .get(name)
                        .value();
                assertThat(System.nanoTime()).as(seen).isLessThan(deadline);
            } while (!seen.equals(expected));
        }
    }

    @Test
    void producerAndConsumerFollowTheLeadersOfEachPartition() throws Exception {
        create("spread", 6, 1);
        assertThat(leaders("spread")).containsExactlyInAnyOrder(1, 1, 2, 2, 3, 3);

        produce("spread", 600);

        assertThat(consume("spread", "readers", 600)).hasSize(600);
        assertThat(consume("spread", "others", 600))
                .extracting(ConsumerRecord::partition)
                .contains(0, 1, 2, 3, 4, 5);
    }

    @Test
    void whoComesToTheWrongBrokerIsToldTheRightOne() throws Exception {
        create("elsewhere", 1, 1);
        var id = describe("elsewhere").topicId();
        var leader = describe("elsewhere").partitions().get(0).leader();
        var wrong = leader.id() == 1 ? brokers.get(1) : brokers.get(0);
        try (var wire = new Wire(wrong.listeners().get(0))) {
            var produced = (ProduceResponseData) wire.ask((short) 13, produceRequest(id));
            var refusal =
                    produced.responses().iterator().next().partitionResponses().get(0);
            var node = produced.nodeEndpoints().find(leader.id());
            assertThat(refusal.errorCode()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER.code());
            assertThat(refusal.currentLeader().leaderId()).isEqualTo(leader.id());
            assertThat(refusal.currentLeader().leaderEpoch()).isNotNegative();
            assertThat(node.host() + ":" + node.port()).isEqualTo(leader.host() + ":" + leader.port());
            assertThat(node.rack()).isEqualTo(leader.rack());

            var fetched = (FetchResponseData) wire.ask((short) 16, fetchRequest(id));
            var unread = fetched.responses().get(0).partitions().get(0);
            assertThat(unread.currentLeader().leaderId()).isEqualTo(leader.id());
            assertThat(fetched.nodeEndpoints().find(leader.id()).port()).isEqualTo(leader.port());

            var shared = (ShareFetchResponseData) wire.ask((short) 2, shareFetchRequest(id));
            var unshared = shared.responses().iterator().next().partitions().get(0);
            assertThat(unshared.errorCode()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER.code());
            assertThat(unshared.currentLeader().leaderId()).isEqualTo(leader.id());
            assertThat(shared.nodeEndpoints().find(leader.id()).port()).isEqualTo(leader.port());

            var acknowledged = (ShareAcknowledgeResponseData) wire.ask((short) 2, shareAcknowledgeRequest(id));
            var unsettled =
                    acknowledged.responses().iterator().next().partitions().get(0);
            assertThat(unsettled.currentLeader().leaderId()).isEqualTo(leader.id());
            assertThat(acknowledged.nodeEndpoints().find(leader.id()).port()).isEqualTo(leader.port());

            // An answer of an older version has no place for it, and could not be written with it.
            var older = (ProduceResponseData) wire.ask((short) 9, produceRequest("elsewhere"));
            assertThat(older.nodeEndpoints()).isEmpty();
        }
    }

    private static ProduceRequestData produceRequest(Uuid id) {
        return produceRequest(new ProduceRequestData.TopicProduceData().setTopicId(id));
    }

    private static ProduceRequestData produceRequest(String name) {
        return produceRequest(new ProduceRequestData.TopicProduceData().setName(name));
    }

    private static ProduceRequestData produceRequest(ProduceRequestData.TopicProduceData topic) {
        var batch = new RecordBatchBuilder(Compression.NONE)
                .append(1_000, null, new byte[] {1}, List.of())
                .build();
        var request = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(10_000);
        request.topicData()
                .add(topic.setPartitionData(List.of(new ProduceRequestData.PartitionProduceData()
                        .setRecords(MemoryRecords.readableRecords(batch)))));
        return request;
    }

    private static FetchRequestData fetchRequest(Uuid id) {
        return new FetchRequestData()
                .setTopics(List.of(new FetchRequestData.FetchTopic()
                        .setTopicId(id)
                        .setPartitions(List.of(new FetchRequestData.FetchPartition().setPartitionMaxBytes(1_000)))));
    }

    private static ShareFetchRequestData shareFetchRequest(Uuid id) {
        var request = new ShareFetchRequestData()
                .setGroupId("lost")
                .setMemberId("lost")
                .setShareSessionEpoch(0)
                .setMaxBytes(1_000);
        var partitions = new ShareFetchRequestData.FetchPartitionCollection();
        partitions.add(new ShareFetchRequestData.FetchPartition().setPartitionIndex(0));
        request.topics()
                .add(new ShareFetchRequestData.FetchTopic().setTopicId(id).setPartitions(partitions));
        return request;
    }

    private static ShareAcknowledgeRequestData shareAcknowledgeRequest(Uuid id) {
        var request = new ShareAcknowledgeRequestData()
                .setGroupId("lost")
                .setMemberId("lost")
                .setShareSessionEpoch(1);
        var partitions = new ShareAcknowledgeRequestData.AcknowledgePartitionCollection();
        partitions.add(new ShareAcknowledgeRequestData.AcknowledgePartition()
                .setPartitionIndex(0)
                .setAcknowledgementBatches(List.of(new ShareAcknowledgeRequestData.AcknowledgementBatch()
                        .setFirstOffset(0)
                        .setLastOffset(0)
                        .setAcknowledgeTypes(List.of((byte) 1)))));
        request.topics()
                .add(new ShareAcknowledgeRequestData.AcknowledgeTopic()
                        .setTopicId(id)
                        .setPartitions(partitions));
        return request;
    }

    @Test
    void offsetsOfAShareGroupAreToldSetAndForgottenWhoeverLeadsThePartitions() throws Exception {
        create("shared", 3, 1);
        assertThat(leaders("shared")).containsExactlyInAnyOrder(1, 2, 3);
        produce("shared", 300);
        var partitions = IntStream.range(0, 3)
                .mapToObj(index -> new TopicPartition("shared", index))
                .collect(Collectors.toSet());
        var ends = admin.listOffsets(partitions.stream()
                        .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest())))
                .all()
                .get();

        admin.alterShareGroupOffsets(
                        "sharers", partitions.stream().collect(Collectors.toMap(partition -> partition, any -> 5L)))
                .all()
                .get();

        for (var asked :
                List.of(new ListShareGroupOffsetsSpec(), new ListShareGroupOffsetsSpec().topicPartitions(partitions))) {
            var offsets = admin.listShareGroupOffsets(Map.of("sharers", asked))
                    .partitionsToOffsetInfo("sharers")
                    .get();
            assertThat(offsets.keySet()).isEqualTo(partitions);
            assertThat(offsets).allSatisfy((partition, info) -> {
                assertThat(info.startOffset()).isEqualTo(5);
                assertThat(info.lag()).contains(ends.get(partition).offset() - 5);
            });
        }

        admin.deleteShareGroupOffsets("sharers", Set.of("shared")).all().get();

        assertThat(admin.listShareGroupOffsets(Map.of("sharers", new ListShareGroupOffsetsSpec()))
                        .partitionsToOffsetInfo("sharers")
                        .get())
                .isEmpty();
        assertThatThrownBy(() -> admin.deleteShareGroupOffsets("sharers", Set.of("shared"))
                        .all()
                        .get())
                .hasCauseInstanceOf(GroupIdNotFoundException.class);
        // One partition is led by another broker than the group's coordinator, whichever that is.
        for (var partition : partitions) {
            admin.alterShareGroupOffsets("sharers", Map.of(partition, 7L)).all().get();
            admin.deleteShareGroups(List.of("sharers")).all().get();
            assertThatThrownBy(() ->
                            admin.deleteShareGroups(List.of("sharers")).all().get())
                    .hasCauseInstanceOf(GroupIdNotFoundException.class);
        }
    }

    @Test
    void moveIsGivenUpWhileItIsUnderWayAndRefusedToBeOnceItIsDone() throws Exception {
        create("moving", 1, 1);
        var from = leaders("moving").get(0);
        var to = from % 3 + 1;
        var id = new TopicPartition("moving", 0);

        admin.alterPartitionReassignments(Map.of(id, Optional.of(new NewPartitionReassignment(List.of(to)))))
                .all()
                .get();
        int expected;
        try {
            admin.alterPartitionReassignments(Map.of(id, Optional.empty()))
                    .all()
                    .get();
            expected = from;
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(NoReassignmentInProgressException.class);
            expected = to;
        }

        assertThat(admin.listPartitionReassignments().reassignments().get()).doesNotContainKey(id);
        awaitTopics(
                "describe moving",
                Pattern.compile("\n0 +%d +\\d+ +%d +%d\\R".formatted(expected, expected, expected))
                        .asPredicate());
    }

    @Test
    void producerIdsOfDifferentBrokersDiffer() throws Exception {
        create("identities", 3, 1);
        var ids = new HashSet<Long>();
        for (var i = 0; i < 6; i++) {
            try (var producer = producer(Map.of())) {
                producer.send(new ProducerRecord<>("identities", i % 3, null, "x"))
                        .get();
            }
        }
        for (var partition = 0; partition < 3; partition++) {
            var id = new TopicPartition("identities", partition);
            admin.describeProducers(List.of(id))
                    .partitionResult(id)
                    .get()
                    .activeProducers()
                    .forEach(state -> ids.add(state.producerId()));
        }
        assertThat(ids).hasSize(6);
    }

    @Test
    void transactionOverPartitionsOfAllBrokersIsSeenAsAWholeOrNotAtAll() throws Exception {
        create("in", 3, 1);
        create("out", 6, 1);
        produce("in", 30);
        var settings = Map.<String, Object>of(
                "bootstrap.servers", bootstrap(), "group.id", "movers", "auto.offset.reset", "earliest");
        for (var round = 0; round < 6; round++) {
            // Each id has a coordinator of its own, on another broker.
            try (var producer = producer(Map.of("transactional.id", "mover-" + round));
                    var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
                producer.initTransactions();
                producer.beginTransaction();
                for (var i = 0; i < 12; i++) {
                    producer.send(new ProducerRecord<>("out", i % 6, null, round + "-" + i));
                }
                producer.sendOffsetsToTransaction(
                        Map.of(new TopicPartition("in", round % 3), new OffsetAndMetadata(round)),
                        consumer.groupMetadata());
                if (round % 2 == 0) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
            }
        }

        assertThat(consume("out", "out-readers", 36))
                .hasSize(36)
                .extracting(record -> record.value().substring(0, 1))
                .containsOnly("0", "2", "4");
        assertThat(admin.listConsumerGroupOffsets("movers")
                        .partitionsToOffsetAndMetadata()
                        .get())
                .extractingFromEntries(offset ->
                        offset.getKey().partition() + ":" + offset.getValue().offset())
                .containsExactlyInAnyOrder("0:0", "2:2", "1:4");
    }

    @Test
    void operatorSeesWhatStockClientsDidAndChangesTopics() throws Exception {
        assertThat(sayToAny("topics", "create", "operated", "--partitions", "3", "--config", "retention.ms=1234567"))
                .contains("created operated with 3 partitions");
        awaitTopics("", said -> said.contains("\noperated "));
        produce("operated", 30);
        consume("operated", "operated-readers", 30);

        assertThat(sayToAny("cluster"))
                .contains("controller", "rack-1", "rack-2", "rack-3", "partitions without a leader: 0");
        assertThat(sayToAny("topics")).containsPattern("operated +3 +1 +0 +0");
        assertThat(sayToAny("topics", "describe", "operated").lines().skip(1))
                .hasSize(3)
                .allMatch(line -> line.matches("[012] +([123]) +0 +\\1 +\\1"));
        assertThat(sayToAny("groups")).containsPattern("operated-readers +\\w+ +\\w+ +[123]");
        assertThat(sayToAny("groups", "describe", "operated-readers").lines().skip(1))
                .hasSize(3)
                .allMatch(line -> line.matches("operated +[012] +(\\d+) +\\1 +0"));
        sayToAny("topics", "delete", "operated");
        awaitTopics("", said -> !said.contains("operated "));
        assertThatThrownBy(() -> sayToAny("topics", "describe", "operated"))
                .hasMessageContaining("UNKNOWN_TOPIC_OR_PARTITION");
    }

    @Test
    void operatorSeesWhatAShareGroupHasLeftAndEndsIt() throws Exception {
        create("work", 3, 1);
        produce("work", 30);
        var begun = IntStream.range(0, 3)
                .mapToObj(index -> new TopicPartition("work", index))
                .collect(Collectors.toMap(partition -> partition, any -> 0L));
        admin.alterShareGroupOffsets("abandoned", begun).all().get();

        var rows = sayToAny("groups", "describe", "abandoned").lines().skip(1).toList();
        assertThat(rows).hasSize(3).allMatch(row -> row.matches("work +[012] +0 +\\d+"));
        assertThat(rows.stream()
                        .mapToInt(row -> Integer.parseInt(row.substring(row.lastIndexOf(' ') + 1)))
                        .sum())
                .isEqualTo(30);

        sayToAny("groups", "delete", "abandoned");
        assertThat(sayToAny("groups", "describe", "abandoned").lines()).hasSize(1);
        assertThatThrownBy(() -> sayToAny("groups", "delete", "abandoned")).hasMessageContaining("GROUP_ID_NOT_FOUND");
    }

    @Test
    void operatorSeesTransactionsAndIsToldWhatIsNoXid() throws Exception {
        create("half", 1, 1);
        try (var producer = producer(Map.of("transactional.id", "half-done"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("half", "x")).get();

            assertThat(sayToAny("transactions")).containsPattern("half-done +\\d+ +Ongoing +[123]");

            producer.abortTransaction();
        }
        assertThatThrownBy(() -> sayToAny("transactions", "commit", "zz")).hasMessageContaining("FORMAT:GLOBAL:BRANCH");
    }

    private String sayToAny(String... words) throws Exception {
        return say(bootstrap(), words);
    }

    private static String say(String bootstrap, String... words) throws Exception {
        var said = new ArrayList<>(List.of(words));
        said.addAll(List.of("--bootstrap", bootstrap));
        var printed = new ByteArrayOutputStream();
        OperatorCommands.run(new PrintStream(printed, true, StandardCharsets.UTF_8), said.toArray(String[]::new));
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void brokerWhoseIdIsTakenSaysSo() {
        assertThatThrownBy(() -> start(1, "data-impostor"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("broker id 1 is taken by a broker at 127.0.0.1:");
    }

    private void create(String topic, int partitions, int replicas) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) replicas)))
                .all()
                .get();
        awaitTopics("", said -> said.contains("\n" + topic + " "));
    }

    /** The broker that was asked for a change knows; the others are told a moment later. */
    private void awaitTopics(String command, Predicate<String> expected) throws Exception {
        var words = ("topics " + command).strip().split(" ");
        for (var broker : brokers) {
            while (!expected.test(say(broker.listeners().get(0).toString(), words))) {
                Thread.onSpinWait();
            }
        }
    }

    private TopicDescription describe(String topic) throws Exception {
        return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
    }

    private List<Integer> leaders(String topic) throws Exception {
        return describe(topic).partitions().stream()
                .map(TopicPartitionInfo::leader)
                .map(Node::id)
                .toList();
    }

    private KafkaProducer<String, String> producer(Map<String, Object> more) {
        var settings = new HashMap<String, Object>(more);
        settings.put("bootstrap.servers", bootstrap());
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private void produce(String topic, int count) {
        try (var producer = producer(Map.of())) {
            IntStream.range(0, count)
                    .forEach(i -> producer.send(new ProducerRecord<>(topic, "key-" + i, Integer.toString(i))));
        }
    }

    private List<ConsumerRecord<String, String>> consume(String topic, String group, int count) {
        var settings = Map.<String, Object>of(
                "bootstrap.servers",
                bootstrap(),
                "group.id",
                group,
                "auto.offset.reset",
                "earliest",
                "isolation.level",
                "read_committed");
        var read = new ArrayList<ConsumerRecord<String, String>>();
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(Set.of(topic));
            while (read.size() < count) {
                consumer.poll(Duration.ofSeconds(1)).forEach(read::add);
            }
            consumer.commitSync();
        }
        return read;
    }
}
