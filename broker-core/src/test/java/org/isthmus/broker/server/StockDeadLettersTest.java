package org.isthmus.broker.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The dead letters of share groups, under the settings of KIP-1191, as stock clients set and see them. */
@Timeout(60)
class StockDeadLettersTest extends StockShareClients {
    private static final String DEAD_LETTERS = "errors.deadletterqueue.topic.name";
    private static final String COPY = "errors.deadletterqueue.copy.record.enable";

    private void agreeingTopic(String name) throws Exception {
        try (var admin = Admin.create(client())) {
            var agreeing =
                    new NewTopic(name, 1, (short) 1).configs(Map.of("errors.deadletterqueue.group.enable", "true"));
            admin.createTopics(List.of(agreeing)).all().get();
        }
    }

    private long startOf(String group, String topic) {
        var partition = new TopicPartition(topic, 0);
        try (var admin = Admin.create(client())) {
            var asked = Map.of(group, new ListShareGroupOffsetsSpec().topicPartitions(List.of(partition)));
            var offset = admin.listShareGroupOffsets(asked)
                    .partitionsToOffsetInfo(group)
                    .get()
                    .get(partition);
            return offset == null ? 0 : offset.startOffset();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, String> headers(ConsumerRecord<?, ?> dead) {
        var headers = new HashMap<String, String>();
        dead.headers()
                .forEach(header -> headers.put(
                        header.key().substring("__dlq.errors.".length()), new String(header.value(), UTF_8)));
        return headers;
    }

    @Test
    void recordGivenUpIsCopiedToTheDeadLetterTopic() throws Exception {
        topic("risky", 1);
        agreeingTopic("dlq.g");
        configure("g", Map.of(OFFSET_RESET, "earliest", DEAD_LETTERS, "dlq.g", COPY, "true"));
        fromTheBeginning("dead-readers");
        send("risky", 0, 0);
        try (var consumer = consumer("g", "risky", EXPLICIT);
                var undertaker = consumer("dead-readers", "dlq.g", Map.of())) {
            consumer.acknowledge(poll(consumer, 1).get(0), AcknowledgeType.REJECT);
            consumer.commitSync();
            var dead = poll(undertaker, 1).get(0);
            assertThat(dead.value()).isEqualTo("value-0");
            assertThat(headers(dead)).containsAllEntriesOf(Map.of("topic", "risky", "partition", "0", "offset", "0"));
        }
    }

    @Test
    void deadLetterSaysOnlyWhereItsRecordIsUnlessTheGroupWantsCopies() throws Exception {
        topic("risky", 1);
        agreeingTopic("dlq.g");
        configure("g", Map.of(OFFSET_RESET, "earliest", DEAD_LETTERS, "dlq.g"));
        fromTheBeginning("dead-readers");
        send("risky", 0, 0);
        try (var consumer = consumer("g", "risky", EXPLICIT);
                var undertaker = consumer("dead-readers", "dlq.g", Map.of())) {
            consumer.acknowledge(poll(consumer, 1).get(0), AcknowledgeType.REJECT);
            consumer.commitSync();
            var dead = poll(undertaker, 1).get(0);
            assertThat(dead.key()).isNull();
            assertThat(dead.value()).isNull();
            assertThat(headers(dead))
                    .isEqualTo(Map.of(
                            "topic",
                            "risky",
                            "partition",
                            "0",
                            "offset",
                            "0",
                            "group",
                            "g",
                            "delivery.count",
                            "1",
                            "message",
                            "rejected"));
        }
    }

    @Test
    void topicThatDoesNotAgreeGetsNoDeadLetters() throws Exception {
        topic("risky", 1);
        topic("dlq.unwilling", 1);
        agreeingTopic("without-prefix");
        for (var deadLetterTarget : List.of("dlq.unwilling", "without-prefix", "dlq.missing")) {
            var group = "of-" + deadLetterTarget;
            configure(group, Map.of(OFFSET_RESET, "earliest", DEAD_LETTERS, deadLetterTarget));
            send("risky", 0, 0);
            try (var consumer = consumer(group, "risky", EXPLICIT)) {
                poll(consumer, 1).forEach(record -> consumer.acknowledge(record, AcknowledgeType.REJECT));
                consumer.commitSync();
                until(() -> startOf(group, "risky") > 0);
            }
        }
        try (var admin = Admin.create(client())) {
            assertThat(admin.listTopics().names().get()).doesNotContain("dlq.missing");
            for (var deadLetterTarget : List.of("dlq.unwilling", "without-prefix")) {
                var end = admin.listOffsets(Map.of(new TopicPartition(deadLetterTarget, 0), OffsetSpec.latest()));
                assertThat(end.all()
                                .get()
                                .get(new TopicPartition(deadLetterTarget, 0))
                                .offset())
                        .isZero();
            }
        }
    }

    @Test
    void missingDeadLetterTopicIsMadeWhereTheBrokerMayMakeIt() throws Exception {
        stop();
        broker = EmbeddedBroker.acquire(new BrokerConfig(
                data,
                List.of(new Endpoint.Tcp("127.0.0.1", 0)),
                Map.of(
                        "num.partitions", "3",
                        "errors.deadletterqueue.auto.create.topics.enable", "true",
                        "errors.deadletterqueue.topic.name.prefix", "")));
        bootstrap = broker.listeners().get(0).toString();
        topic("risky", 1);
        configure("g", Map.of(OFFSET_RESET, "earliest", DEAD_LETTERS, "deadLetterTarget"));
        fromTheBeginning("dead-readers");
        send("risky", 0, 0);
        try (var consumer = consumer("g", "risky", EXPLICIT)) {
            consumer.acknowledge(poll(consumer, 1).get(0), AcknowledgeType.REJECT);
            consumer.commitSync();
            until(() -> startOf("g", "risky") > 0);
        }
        try (var admin = Admin.create(client())) {
            var deadLetterTarget = admin.describeTopics(List.of("deadLetterTarget"))
                    .allTopicNames()
                    .get()
                    .get("deadLetterTarget");
            assertThat(deadLetterTarget.partitions()).hasSize(3);
            var resource = new ConfigResource(ConfigResource.Type.TOPIC, "deadLetterTarget");
            var config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
            assertThat(config.get("errors.deadletterqueue.group.enable").value())
                    .isEqualTo("true");
            var end = admin.listOffsets(Map.of(new TopicPartition("deadLetterTarget", 0), OffsetSpec.latest()));
            assertThat(end.all()
                            .get()
                            .get(new TopicPartition("deadLetterTarget", 0))
                            .offset())
                    .isEqualTo(1);
        }
    }
}
