package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.sim.FaultyStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What partitions cost that nobody uses, no open file and no thread; and how many there can be. */
@Timeout(60)
class ManyPartitionsTest {
    private static final int PARTITIONS = 200;

    private final FaultyStore files = new FaultyStore();

    @TempDir
    Path data;

    @Test
    void idlePartitionsOpenNoFileAndUsedOnesTheirLogAlone() throws Exception {
        try (var broker = start()) {
            var before = files.openFiles();
            var threads = Thread.activeCount();
            try (var admin = Admin.create(address(broker))) {
                admin.createTopics(List.of(new NewTopic("idle", PARTITIONS, (short) 1)))
                        .all()
                        .get();
            }
            assertThat(files.openFiles()).isEqualTo(before);
            assertThat(Thread.activeCount()).isLessThan(threads + 10);

            useEach(broker);

            assertThat(files.openFiles()).isEqualTo(before + PARTITIONS);
        }
        assertThat(files.openFiles()).isZero();

        try (var again = start()) {
            // The metadata file, and neither of the logs.
            assertThat(files.openFiles()).isLessThan(5);
            useEach(again);
        }
        assertThat(files.openFiles()).isZero();
    }

    @Test
    void askingForShareGroupsBeginsNothingAtPartitionsThatTheyNeverUsed() throws Exception {
        try (var broker = start();
                var admin = Admin.create(address(broker))) {
            admin.createTopics(List.of(new NewTopic("idle", PARTITIONS, (short) 1)))
                    .all()
                    .get();
            var everywhere = IntStream.range(0, PARTITIONS)
                    .mapToObj(index -> new TopicPartition("idle", index))
                    .toList();

            assertThat(admin.listShareGroupOffsets(
                                    Map.of("group", new ListShareGroupOffsetsSpec().topicPartitions(everywhere)))
                            .partitionsToOffsetInfo("group")
                            .get())
                    .hasSize(PARTITIONS);
            assertThatThrownBy(() -> admin.deleteShareGroupOffsets("group", Set.of("idle"))
                            .all()
                            .get())
                    .hasCauseInstanceOf(GroupIdNotFoundException.class);

            try (var found = Files.walk(data)) {
                assertThat(found.filter(path -> path.toString().endsWith(".share")))
                        .isEmpty();
            }
        }
    }

    @Test
    void moreThanTheBrokerTakesAreRefusedBeforeAnyIsMade() throws Exception {
        try (var broker = start(Map.of("isthmus.max.partitions", "100"));
                var admin = Admin.create(address(broker))) {
            admin.createTopics(List.of(new NewTopic("some", 60, (short) 1)))
                    .all()
                    .get();

            assertThatThrownBy(() -> admin.createTopics(List.of(new NewTopic("more", Integer.MAX_VALUE, (short) 1)))
                            .all()
                            .get())
                    .hasCauseInstanceOf(PolicyViolationException.class)
                    .hasMessageContaining("isthmus.max.partitions");
            assertThatThrownBy(() -> admin.createPartitions(Map.of("some", NewPartitions.increaseTo(101)))
                            .all()
                            .get())
                    .hasCauseInstanceOf(PolicyViolationException.class);
            admin.createPartitions(Map.of("some", NewPartitions.increaseTo(100)))
                    .all()
                    .get();
        }
    }

    private Broker start() throws Exception {
        return start(Map.of("isthmus.flush", "os"));
    }

    private Broker start(Map<String, String> settings) throws Exception {
        return Broker.start(
                data.toRealPath(), new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), settings), files);
    }

    private static Map<String, Object> address(Broker broker) {
        return Map.of("bootstrap.servers", broker.listeners().get(0).toString(), "enable.idempotence", "false");
    }

    private static void useEach(Broker broker) {
        try (var producer = new KafkaProducer<>(address(broker), new StringSerializer(), new StringSerializer())) {
            for (var index = 0; index < PARTITIONS; index++) {
                producer.send(new ProducerRecord<>("idle", index, null, "v"));
            }
        }
    }
}
