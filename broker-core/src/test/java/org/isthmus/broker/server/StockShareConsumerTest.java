package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatResponseData;
import org.apache.kafka.common.serialization.StringSerializer;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the unmodified KafkaShareConsumer sees of share groups. */
@Timeout(60)
class StockShareConsumerTest extends StockShareClients {
    @Test
    void implicitlyAcknowledgedRecordsAreDeliveredOnceAlsoOverARestart() throws Exception {
        topic("clicks", 1);
        fromTheBeginning("g");
        send("clicks", 0, 999);
        try (var consumer = consumer("g", "clicks", Map.of())) {
            var got = poll(consumer, 1_000);
            assertThat(got)
                    .hasSize(1_000)
                    .allMatch(record -> record.deliveryCount().get() == 1);
            consumer.commitSync();
        }
        stop();
        start();
        send("clicks", 1_000, 1_009);
        try (var consumer = consumer("g", "clicks", Map.of())) {
            var got = poll(consumer, 10);
            assertThat(got)
                    .extracting(ConsumerRecord::value)
                    .containsExactlyElementsOf(IntStream.rangeClosed(1_000, 1_009)
                            .mapToObj(n -> "value-" + n)
                            .toList());
        }
    }

    @Test
    void explicitVerdictsAcceptReleaseAndReject() throws Exception {
        topic("work", 1);
        fromTheBeginning("g");
        send("work", 0, 2);
        try (var consumer = consumer("g", "work", EXPLICIT)) {
            var got = poll(consumer, 3);
            consumer.acknowledge(got.get(0), AcknowledgeType.ACCEPT);
            consumer.acknowledge(got.get(1), AcknowledgeType.RELEASE);
            consumer.acknowledge(got.get(2), AcknowledgeType.REJECT);
            assertThat(consumer.commitSync().values()).allMatch(Optional::isEmpty);
            var again = poll(consumer, 1);
            assertThat(again).singleElement().satisfies(record -> {
                assertThat(record.value()).isEqualTo("value-1");
                assertThat(record.deliveryCount()).contains((short) 2);
            });
            consumer.acknowledge(again.get(0), AcknowledgeType.ACCEPT);
            consumer.commitSync();
            assertThat(consumer.poll(Duration.ofMillis(500)).count()).isZero();
        }
    }

    @Test
    void twoConsumersShareOnePartitionWithoutGettingTheSameRecord() throws Exception {
        topic("shared", 1);
        fromTheBeginning("g");
        var seen = new HashSet<String>();
        var perConsumer = new int[2];
        var few = Map.<String, Object>of("max.poll.records", "20");
        try (var one = consumer("g", "shared", few);
                var other = consumer("g", "shared", few);
                var admin = Admin.create(client())) {
            // Whoever came when all is read would get nothing.
            until(() -> {
                one.poll(Duration.ofMillis(50));
                other.poll(Duration.ofMillis(50));
                return members(admin) == 2;
            });
            for (var batch = 0; batch < 20; batch++) {
                send("shared", batch * 20, batch * 20 + 19);
            }
            var both = List.of(one, other);
            until(() -> {
                for (var i = 0; i < 2; i++) {
                    for (var record : both.get(i).poll(Duration.ofMillis(100))) {
                        assertThat(seen.add(record.value())).as(record.value()).isTrue();
                        perConsumer[i]++;
                    }
                }
                return seen.size() == 400;
            });
            assertThat(perConsumer[0]).isPositive();
            assertThat(perConsumer[1]).isPositive();
        }
    }

    private static int members(Admin admin) {
        return admin.describeShareGroups(List.of("g"))
                .describedGroups()
                .get("g")
                .toCompletionStage()
                .handle((found, notYet) -> found == null ? 0 : found.members().size())
                .toCompletableFuture()
                .join();
    }

    @Test
    void whatAConsumerHeldGoesToAnotherWhenItCloses() throws Exception {
        topic("handed-over", 1);
        fromTheBeginning("g");
        send("handed-over", 0, 9);
        try (var survivor = consumer("g", "handed-over", EXPLICIT)) {
            try (var leaving = consumer("g", "handed-over", EXPLICIT)) {
                assertThat(poll(leaving, 10)).hasSize(10);
            }
            var got = poll(survivor, 10);
            assertThat(got).hasSize(10);
            got.forEach(record -> survivor.acknowledge(record, AcknowledgeType.ACCEPT));
            survivor.commitSync();
        }
    }

    @Test
    void severalPartitionsAreSpreadAndAllRead() throws Exception {
        topic("wide", 4);
        fromTheBeginning("g");
        try (var one = consumer("g", "wide", Map.of());
                var other = consumer("g", "wide", Map.of())) {
            one.poll(Duration.ofMillis(300));
            other.poll(Duration.ofMillis(300));
            send("wide", 0, 499);
            var seen = new HashSet<String>();
            Set<Integer> partitions = new HashSet<>();
            until(() -> {
                for (var consumer : List.of(one, other)) {
                    for (var record : consumer.poll(Duration.ofMillis(100))) {
                        seen.add(record.value());
                        partitions.add(record.partition());
                    }
                }
                return seen.size() == 500;
            });
        }
    }

    @Test
    void renewedRecordStaysWithItsConsumer() throws Exception {
        topic("slow", 1);
        fromTheBeginning("g");
        send("slow", 0, 0);
        try (var consumer = consumer("g", "slow", EXPLICIT)) {
            var got = poll(consumer, 1);
            consumer.acknowledge(got.get(0), AcknowledgeType.RENEW);
            consumer.commitSync();
            var renewed = poll(consumer, 1);
            assertThat(renewed.get(0).offset()).isEqualTo(got.get(0).offset());
            consumer.acknowledge(renewed.get(0), AcknowledgeType.ACCEPT);
            assertThat(consumer.commitSync().values()).allMatch(Optional::isEmpty);
        }
    }

    @Test
    void groupThatDoesNotAllowItRenewsNothing() throws Exception {
        topic("prompt", 1);
        configure("g", Map.of("share.auto.offset.reset", "earliest", "share.renew.acknowledge.enable", "false"));
        send("prompt", 0, 0);
        try (var consumer = consumer("g", "prompt", EXPLICIT)) {
            consumer.acknowledge(poll(consumer, 1).get(0), AcknowledgeType.RENEW);

            assertThat(consumer.commitSync().values())
                    .allSatisfy(outcome -> assertThat(outcome).get().isInstanceOf(InvalidRecordStateException.class));
        }
    }

    @Test
    void groupSaysHowOftenItsMembersAreHeardOf() throws Exception {
        configure("g", Map.of("share.session.timeout.ms", "60000", "share.heartbeat.interval.ms", "15000"));
        var join = new ShareGroupHeartbeatRequestData()
                .setGroupId("g")
                .setMemberId("m")
                .setSubscribedTopicNames(List.of("rare"));
        try (var wire = new Wire(broker.listeners().get(0));
                var admin = Admin.create(client())) {
            // The group's coordinator is there once somebody has asked for it.
            assertThat(admin.describeShareGroups(List.of("g")).describedGroups().get("g"))
                    .failsWithin(Duration.ofSeconds(30));

            var answer = (ShareGroupHeartbeatResponseData) wire.ask((short) 1, join);

            assertThat(answer.errorCode()).isZero();
            assertThat(answer.heartbeatIntervalMs()).isEqualTo(15_000);
        }
    }

    @Test
    void compressedBatchesAreSharedRecordByRecord() throws Exception {
        topic("packed", 1);
        configure("g", Map.of("share.auto.offset.reset", "earliest", "share.isolation.level", "read_committed"));
        var config = client();
        config.put("compression.type", "lz4");
        config.put("linger.ms", "20");
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            IntStream.range(0, 300).forEach(number -> producer.send(new ProducerRecord<>("packed", "value-" + number)));
        }
        try (var consumer = consumer("g", "packed", Map.of("max.poll.records", "7"))) {
            assertThat(poll(consumer, 300))
                    .extracting(ConsumerRecord::value)
                    .containsExactlyElementsOf(
                            IntStream.range(0, 300).mapToObj(n -> "value-" + n).toList());
        }
    }

    @Test
    void adminListsDescribesMovesAndDeletesAShareGroup() throws Exception {
        topic("watched", 2);
        fromTheBeginning("g");
        send("watched", 0, 99);
        try (var admin = Admin.create(client())) {
            try (var consumer = consumer("g", "watched", Map.of())) {
                poll(consumer, 100);
                consumer.commitSync();
                var described =
                        admin.describeShareGroups(List.of("g")).all().get().get("g");
                assertThat(described.groupState()).isEqualTo(GroupState.STABLE);
                assertThat(described.members()).singleElement().satisfies(member -> assertThat(
                                member.assignment().topicPartitions())
                        .hasSize(2));
                assertThatThrownBy(() ->
                                admin.deleteShareGroups(List.of("g")).all().get())
                        .hasCauseInstanceOf(GroupNotEmptyException.class);
            }
            assertThat(admin.listGroups(ListGroupsOptions.forShareGroups())
                            .all()
                            .get())
                    .singleElement()
                    .satisfies(group -> assertThat(group.groupId()).isEqualTo("g"));
            var offsets = offsets(admin);
            assertThat(offsets.values().stream()
                            .mapToLong(one -> one.startOffset())
                            .sum())
                    .isEqualTo(100);
            assertThat(offsets.values()).allMatch(one -> one.lag().orElse(-1L) == 0);

            var back = offsets.keySet().stream().collect(Collectors.toMap(one -> one, one -> 0L));
            admin.alterShareGroupOffsets("g", back).all().get();
            assertThat(offsets(admin).values()).allMatch(one -> one.startOffset() == 0);
            try (var consumer = consumer("g", "watched", Map.of())) {
                assertThat(poll(consumer, 100)).hasSize(100);
            }

            admin.deleteShareGroupOffsets("g", Set.of("watched")).all().get();
            assertThat(admin.listGroups(ListGroupsOptions.forShareGroups())
                            .all()
                            .get())
                    .isEmpty();
        }
    }

    private static Map<TopicPartition, SharePartitionOffsetInfo> offsets(Admin admin) throws Exception {
        return admin.listShareGroupOffsets(Map.of("g", new ListShareGroupOffsetsSpec()))
                .partitionsToOffsetInfo("g")
                .get();
    }

    @Test
    void deletedGroupBeginsAnew() throws Exception {
        topic("again", 1);
        fromTheBeginning("g");
        send("again", 0, 9);
        try (var admin = Admin.create(client())) {
            try (var consumer = consumer("g", "again", Map.of())) {
                poll(consumer, 10);
            }
            admin.deleteShareGroups(List.of("g")).all().get();
        }
        try (var consumer = consumer("g", "again", Map.of())) {
            assertThat(poll(consumer, 10)).hasSize(10);
        }
    }

    @Test
    void whatAKilledConsumerHeldGoesToAnotherAtOnce() throws Exception {
        topic("orphans", 1);
        fromTheBeginning("g");
        send("orphans", 0, 9);
        var killed = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HoldingShareConsumer.class.getName(),
                        bootstrap,
                        "g",
                        "orphans")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var said = killed.inputReader();
                var survivor = consumer("g", "orphans", Map.of())) {
            String line;
            do {
                line = said.readLine();
            } while (line != null && !line.startsWith("held"));
            assertThat(line).isEqualTo("held 10");
            killed.destroyForcibly().waitFor();
            // Long before their locks would end.
            var began = System.nanoTime();
            assertThat(poll(survivor, 10))
                    .hasSize(10)
                    .allMatch(record -> record.deliveryCount().get() == 2);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(25));
        } finally {
            killed.destroyForcibly();
        }
    }

    @Test
    void queueKeepsRecordsUntilEveryGroupIsDoneWithThem() throws Exception {
        stop();
        broker = EmbeddedBroker.acquire(new BrokerConfig(
                data,
                List.of(new Endpoint.Tcp("127.0.0.1", 0)),
                Map.of("num.partitions", "1", "log.retention.check.interval.ms", "50")));
        bootstrap = broker.listeners().get(0).toString();
        try (var admin = Admin.create(client())) {
            var queue =
                    new NewTopic("queue", 1, (short) 1).configs(Map.of("isthmus.queue", "true", "retention.ms", "1"));
            admin.createTopics(List.of(queue)).all().get();
            fromTheBeginning("g");
            fromTheBeginning("slow");
            send("queue", 0, 9);
            try (var slow = consumer("slow", "queue", EXPLICIT)) {
                var held = poll(slow, 10);
                try (var consumer = consumer("g", "queue", Map.of())) {
                    poll(consumer, 10);
                    consumer.commitSync();
                }
                held.subList(0, 4).forEach(record -> slow.acknowledge(record, AcknowledgeType.ACCEPT));
                slow.acknowledge(held.get(5), AcknowledgeType.ACCEPT);
                held.subList(6, 10).forEach(record -> slow.acknowledge(record, AcknowledgeType.RELEASE));
                slow.acknowledge(held.get(4), AcknowledgeType.RELEASE);
                slow.commitSync();
                until(() -> start(admin, "queue") == 4);
            }
        }
    }

    private static long start(Admin admin, String topic) {
        try {
            var partition = new TopicPartition(topic, 0);
            return admin.listOffsets(Map.of(partition, OffsetSpec.earliest()))
                    .partitionResult(partition)
                    .get()
                    .offset();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
