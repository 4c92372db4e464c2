package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The runnable jar: how it starts, how it stops, and what is left when it is killed. */
@Timeout(180)
class BrokerProcessIT {
    private static final int ROUNDS = 20;

    @TempDir
    Path data;

    @Test
    void killedBrokerKeepsEverythingItAcknowledged() throws Exception {
        var acknowledged = new ConcurrentSkipListMap<Long, String>();
        for (var round = 0; round < ROUNDS; round++) {
            try (var broker = BrokerProcess.start(data)) {
                sendUntilKilled(broker, round, acknowledged);
            }
        }
        try (var broker = BrokerProcess.start(data)) {
            var found = readAll(broker.address(), acknowledged.lastKey());
            acknowledged.forEach((offset, value) -> assertThat(found).containsEntry(offset, value));
            assertThat(acknowledged).hasSizeGreaterThan(ROUNDS * 50);
        }
    }

    /** Kills the broker while batches are on their way: once enough of them are acknowledged to know that it works. */
    private static void sendUntilKilled(BrokerProcess broker, int round, Map<Long, String> acknowledged)
            throws Exception {
        var enough = new CountDownLatch(50 + 13 * round);
        var config = Map.<String, Object>of(
                "bootstrap.servers", broker.address(),
                "max.block.ms", 30_000,
                "batch.size", 512);
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            for (var i = 0; i < 5000; i++) {
                var value = "round " + round + " record " + i;
                producer.send(new ProducerRecord<>("survivors", value), (where, failure) -> {
                    if (failure == null) {
                        acknowledged.put(where.offset(), value);
                        enough.countDown();
                    }
                });
            }
            assertThat(enough.await(30, TimeUnit.SECONDS))
                    .as("still to be acknowledged in round %d: %d", round, enough.getCount())
                    .isTrue();
            broker.kill();
            producer.close(Duration.ZERO);
        }
    }

    private static Map<Long, String> readAll(String address, long lastOffset) {
        var found = new TreeMap<Long, String>();
        var config = new HashMap<String, Object>(Map.of("bootstrap.servers", address, "auto.offset.reset", "earliest"));
        var partition = new TopicPartition("survivors", 0);
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(Set.of(partition));
            var giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while ((found.isEmpty() || found.lastKey() < lastOffset) && System.nanoTime() < giveUp) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> found.put(record.offset(), record.value()));
            }
        }
        return found;
    }

    @Test
    void terminatedBrokerEndsCleanlyAndStartsAgain() throws Exception {
        for (var round = 1; round <= 3; round++) {
            try (var broker = BrokerProcess.start(data)) {
                var config = Map.<String, Object>of("bootstrap.servers", broker.address());
                try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
                    var where = producer.send(new ProducerRecord<>("kept", "round " + round))
                            .get();
                    assertThat(where.offset()).isEqualTo(round - 1L);
                }
                assertThat(broker.terminate()).isZero();
            }
        }
    }

    @Test
    void secondBrokerOfADirectoryIsRefused() throws Exception {
        try (var first = BrokerProcess.start(data)) {
            var said = run(1, "--data", data.toString(), "--listen", "127.0.0.1:0");

            assertThat(said).contains(data.toRealPath().toString()).contains("in use");
            var port = first.address().substring(first.address().indexOf(':') + 1);
            assertThat(run(1, "--data", data.resolve("other").toString(), "--listen", first.address()))
                    .contains(port);
        }
    }

    @Test
    void misuseIsExplained() throws Exception {
        assertThat(run(2, "--data")).contains("--data needs a value").contains("Usage:");
        assertThat(run(2, "--listen", "nowhere")).contains("host:port");
        assertThat(run(2, "--data", data.toString(), "--config", "num.partitions=none"))
                .contains("num.partitions");
    }

    private static String run(int expectedExit, String... arguments) throws IOException, InterruptedException {
        var process = BrokerProcess.builder(List.of(arguments))
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isEqualTo(expectedExit);
        return said;
    }

    @Test
    void tenThousandPartitionsOpen() throws Exception {
        try (var broker = BrokerProcess.start(data);
                var admin = Admin.create(Map.of("bootstrap.servers", broker.address()))) {
            admin.createTopics(List.of(new NewTopic("wide", 10_000, (short) 1)))
                    .all()
                    .get();
            assertThat(broker.terminate()).isZero();
        }
        try (var broker = BrokerProcess.start(data);
                var admin = Admin.create(Map.of("bootstrap.servers", broker.address()))) {
            assertThat(admin.describeTopics(List.of("wide"))
                            .allTopicNames()
                            .get()
                            .get("wide")
                            .partitions())
                    .hasSize(10_000);
        }
    }

    @Test
    void kcatProducesAndConsumes() throws Exception {
        assumeTrue(isInstalled("kcat"), "kcat is not installed");
        try (var broker = BrokerProcess.start(data)) {
            var input = IntStream.rangeClosed(1, 1000)
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining("\n", "", "\n"));
            kcat(input, "-b", broker.address(), "-P", "-t", "lines", "-X", "enable.idempotence=true", "-z", "lz4");

            var output = kcat("", "-b", broker.address(), "-C", "-t", "lines", "-o", "beginning", "-e", "-q");
            var grouped = kcat("", "-b", broker.address(), "-G", "kcats", "-o", "beginning", "-e", "-q", "lines");

            assertThat(output).isEqualTo(input);
            assertThat(grouped).isEqualTo(input);
        }
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(path -> Files.isExecutable(Path.of(path, program)));
    }

    private static String kcat(String input, String... arguments) throws IOException, InterruptedException {
        var command = Stream.concat(Stream.of("kcat"), Stream.of(arguments)).toList();
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return output;
    }
}
