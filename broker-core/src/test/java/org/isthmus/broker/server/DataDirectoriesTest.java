package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Utils;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.sim.FaultyStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole broker on several data directories, as its clients see it. */
@Timeout(60)
class DataDirectoriesTest {
    private static final int PARTITIONS = 6;

    @TempDir
    Path temporary;

    private final FaultyStore files = new FaultyStore();
    private Path first;
    private Path second;
    private @Nullable Broker broker;

    @BeforeEach
    void start() throws Exception {
        first = Files.createDirectories(temporary.resolve("a")).toRealPath();
        second = first.resolveSibling("b");
        begin(second);
    }

    @AfterEach
    void stop() {
        if (broker != null) {
            broker.close();
            broker = null;
        }
    }

    private void begin(Path... more) throws IOException {
        var logDirs = Stream.concat(Stream.of(first), Stream.of(more))
                .map(Path::toString)
                .collect(Collectors.joining(", "));
        broker = Broker.start(
                first,
                new BrokerConfig(first, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of("log.dirs", logDirs)),
                files);
    }

    private Map<String, Object> at(Map<String, Object> more) {
        var settings = new HashMap<>(more);
        settings.put("bootstrap.servers", broker.listeners().get(0).toString());
        return settings;
    }

    private void createTopic(String name) throws Exception {
        try (var admin = Admin.create(at(Map.of()))) {
            admin.createTopics(List.of(new NewTopic(name, PARTITIONS, (short) 1)))
                    .all()
                    .get();
        }
    }

    /** Sends a record to each partition; returns those that the broker would not take when it was asked. */
    private Set<Integer> refused(String topic) throws Exception {
        var refused = new HashSet<Integer>();
        try (var producer = new KafkaProducer<>(
                at(Map.of("retries", 0, "enable.idempotence", false)),
                new StringSerializer(),
                new StringSerializer())) {
            var sent = new ArrayList<Future<?>>();
            for (var index = 0; index < PARTITIONS; index++) {
                sent.add(producer.send(new ProducerRecord<>(topic, index, null, "v")));
            }
            for (var index = 0; index < PARTITIONS; index++) {
                try {
                    sent.get(index).get();
                } catch (ExecutionException e) {
                    // Retriable, so other producers try on until their own time is up.
                    assertThat(e).hasCauseInstanceOf(KafkaStorageException.class);
                    refused.add(index);
                }
            }
        }
        return refused;
    }

    private int readable(String topic, int index) {
        try (var consumer = new KafkaConsumer<>(
                at(Map.of("auto.offset.reset", "earliest")), new StringDeserializer(), new StringDeserializer())) {
            var partition = new TopicPartition(topic, index);
            consumer.assign(List.of(partition));
            var end = consumer.endOffsets(List.of(partition)).get(partition);
            var read = 0;
            while (consumer.position(partition) < end) {
                read += consumer.poll(Duration.ofMillis(100)).count();
            }
            return read;
        }
    }

    private Map<String, LogDirDescription> described() throws Exception {
        try (var admin = Admin.create(at(Map.of()))) {
            return admin.describeLogDirs(List.of(0)).descriptions().get(0).get();
        }
    }

    private Set<Integer> in(Path directory, String topic) throws Exception {
        return described().get(directory.toString()).replicaInfos().keySet().stream()
                .filter(partition -> partition.topic().equals(topic))
                .map(TopicPartition::partition)
                .collect(Collectors.toSet());
    }

    @Test
    void everyDirectoryIsDescribedWithItsPartitionsAndItsRoom() throws Exception {
        createTopic("t");
        assertThat(refused("t")).isEmpty();

        var described = described();

        assertThat(described).containsOnlyKeys(first.toString(), second.toString());
        assertThat(described.values()).allSatisfy(directory -> {
            assertThat(directory.error()).isNull();
            assertThat(directory.totalBytes()).hasValue(1L << 41);
            assertThat(directory.usableBytes()).hasValue(1L << 40);
            assertThat(directory.replicaInfos()).hasSize(PARTITIONS / 2).allSatisfy((partition, replica) -> {
                assertThat(replica.size()).isPositive();
                assertThat(replica.offsetLag()).isZero();
            });
        });
    }

    @Test
    void diskThatFailsTakesItsPartitionsUntilItIsRepaired() throws Exception {
        createTopic("t");
        assertThat(refused("t")).isEmpty();
        var lost = in(second, "t");
        files.breakDisk(second);

        assertThat(refused("t")).isEqualTo(lost);
        assertThat(described().get(second.toString()).error()).isInstanceOf(KafkaStorageException.class);
        createTopic("u");
        assertThat(refused("u")).isEmpty();

        files.repair(second);
        stop();
        begin(second);
        assertThat(in(second, "t")).isEqualTo(lost);
        assertThat(readable("t", lost.iterator().next())).isEqualTo(1);
        assertThat(refused("t")).isEmpty();
    }

    @Test
    void diskThatIsBrokenAtTheStartLeavesTheOthersServing() throws Exception {
        createTopic("t");
        assertThat(refused("t")).isEmpty();
        var lost = in(second, "t");
        stop();
        files.breakDisk(second);

        begin(second);

        assertThat(refused("t")).isEqualTo(lost);
        assertThat(described().get(second.toString()).error()).isInstanceOf(KafkaStorageException.class);
    }

    @Test
    void emptyMountPointIsNotTakenForADiskWithoutLogs() throws Exception {
        createTopic("t");
        assertThat(refused("t")).isEmpty();
        var lost = in(second, "t");
        stop();
        var unmounted = Files.move(second, first.resolveSibling("unmounted"));

        begin(second);

        assertThat(refused("t")).isEqualTo(lost);
        stop();
        Utils.delete(second.toFile());
        Files.move(unmounted, second);
        begin(second);
        assertThat(refused("t")).isEmpty();
        assertThat(readable("t", lost.iterator().next())).isEqualTo(2);
    }

    @Test
    void directoryThatIsNotNamedAnyMoreKeepsItsPartitionsFromBeingBegunAnew() throws Exception {
        createTopic("t");
        assertThat(refused("t")).isEmpty();
        var lost = in(second, "t");
        stop();

        begin();

        assertThat(refused("t")).isEqualTo(lost);
        stop();
        // Under another path it is still the same.
        var moved = Files.move(second, first.resolveSibling("moved"));
        begin(moved);
        assertThat(refused("t")).isEmpty();
        assertThat(in(moved, "t")).isEqualTo(lost);
    }

    @Test
    void directoryOfAnotherClusterOrInUseIsRefused() throws Exception {
        var other = Files.createDirectories(first.resolveSibling("other")).toRealPath();
        var config = new BrokerConfig(other, List.of(), Map.of("log.dirs", second.toString()));
        assertThatThrownBy(() -> Broker.start(other, config, files)).hasMessageContaining("in use by another broker");
        stop();
        assertThatThrownBy(() -> Broker.start(other, config, files)).hasMessageContaining("belongs to another cluster");
        begin(second);
    }

    @Test
    void fullDiskRefusesRecordsServesReadersAndGoesOnByItself() throws Exception {
        createTopic("t");
        assertThat(refused("t")).isEmpty();
        var held = in(second, "t");
        files.fill(second, FaultyStore.Full.AT_WRITES);

        assertThat(refused("t")).isEqualTo(held);
        assertThat(readable("t", held.iterator().next())).isEqualTo(1);
        assertThat(described().get(second.toString()).error()).isNull();

        files.makeRoom(second);
        try (var producer = new KafkaProducer<>(at(Map.of()), new StringSerializer(), new StringSerializer())) {
            for (var index : held) {
                // Waits for as long as the broker does not take it.
                producer.send(new ProducerRecord<>("t", index, null, "v")).get();
                assertThat(readable("t", index)).isEqualTo(2);
            }
        }
    }

    @Test
    void commandLineNamesDirectoriesInEitherWay() throws Exception {
        var repeated = CommandLine.parse("serve", "--data", "x", "--data", "y,z");
        assertThat(repeated.dataDirectory()).isEqualTo(Path.of("x"));
        assertThat(repeated.moreDirectories())
                .extracting(Path::getFileName)
                .map(Path::toString)
                .containsExactly("y", "z");
        var configured = CommandLine.parse("serve", "--config", "log.dirs=x,y");
        assertThat(configured.dataDirectory()).isEqualTo(Path.of("x"));
        assertThat(configured.moreDirectories())
                .extracting(Path::getFileName)
                .map(Path::toString)
                .containsExactly("y");
        assertThat(CommandLine.parse("serve").moreDirectories()).isEmpty();
    }
}
