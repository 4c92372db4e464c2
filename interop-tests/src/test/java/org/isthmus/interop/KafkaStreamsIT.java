package org.isthmus.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.isthmus.peers.FreePort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A stateful application of Kafka Streams, exactly once, goes on where it was after the broker was killed under it, and gets its state back from the changelog
 * after its own was lost; on Isthmus as on Apache Kafka.
 */
@Timeout(600)
class KafkaStreamsIT {
    private static final int LINES = 600;
    private static final List<String> WORDS = List.of("log", "topic", "bean", "record", "isthmus", "shore", "land");
    private static final Duration PATIENCE = Duration.ofSeconds(180);

    @TempDir
    Path directory;

    @Test
    void countsStayExactWhenTheBrokerIsKilledAndTheStateIsLost() throws Exception {
        var seen = wordsCounted(Peer.ISTHMUS);

        assertThat(seen).isEqualTo(wordsCounted(Peer.APACHE_KAFKA));
        assertThat(seen).contains("log is counted exactly", "restored true");
    }

    private List<String> wordsCounted(Peer peer) throws Exception {
        var data = directory.resolve(peer.name());
        var broker = peer.start(data, FreePort.pick());
        try (var admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
                var producer = new KafkaProducer<>(
                        Map.<String, Object>of("bootstrap.servers", broker.bootstrap(), "linger.ms", 1),
                        new StringSerializer(),
                        new StringSerializer())) {
            admin.createTopics(List.of(new NewTopic("lines", 3, (short) 1), new NewTopic("counts", 2, (short) 1)))
                    .all()
                    .get();
            var counts = new TreeMap<String, List<Long>>();
            var facts = new ArrayList<String>();
            try (var consumer = countsOf(broker.bootstrap())) {
                try (var application = WordCount.start(broker.bootstrap(), data.resolve("state"))) {
                    send(producer, 0, LINES / 2);
                    awaitCounts(consumer, counts, LINES / 6);

                    send(producer, LINES / 2, LINES);
                    broker.kill();
                    broker = peer.start(data, broker.port());
                    producer.flush();

                    awaitCounts(consumer, counts, LINES);
                    facts.add("running " + application.isRunning());
                }
                try (var application = WordCount.start(broker.bootstrap(), data.resolve("another-state"))) {
                    send(producer, LINES, LINES + 20);
                    awaitCounts(consumer, counts, LINES + 20);
                    facts.add("restored " + (application.restored() > 0));
                }
            }
            counts.forEach((word, steps) -> facts.add(word + " is counted " + exactness(steps, LINES + 20)));
            facts.addAll(topicsMade(admin));
            return facts;
        } finally {
            broker.close();
        }
    }

    private static KafkaConsumer<String, Long> countsOf(String address) {
        var consumer = new KafkaConsumer<>(
                Map.<String, Object>of(
                        "bootstrap.servers", address,
                        "group.id", "readers-of-counts",
                        "group.protocol", "classic",
                        "auto.offset.reset", "earliest",
                        "isolation.level", "read_committed"),
                new StringDeserializer(),
                new LongDeserializer());
        consumer.subscribe(List.of("counts"));
        return consumer;
    }

    /** Each line has every word once. */
    private static void send(KafkaProducer<String, String> producer, int from, int to) {
        for (var i = from; i < to; i++) {
            producer.send(new ProducerRecord<>("lines", "line " + i, String.join(" ", WORDS)));
        }
    }

    /** Reads committed steps until the last word has come to the count. */
    private static void awaitCounts(KafkaConsumer<String, Long> consumer, Map<String, List<Long>> counts, int least) {
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (counts.size() < WORDS.size() || counts.values().stream().anyMatch(steps -> last(steps) < least)) {
            assertThat(System.nanoTime()).as("counts so far: %s", ends(counts)).isLessThan(end);
            for (var step : consumer.poll(Duration.ofMillis(200))) {
                counts.computeIfAbsent(step.key(), word -> new ArrayList<>()).add(step.value());
            }
        }
    }

    private static long last(List<Long> steps) {
        return steps.get(steps.size() - 1);
    }

    private static Map<String, Long> ends(Map<String, List<Long>> counts) {
        var ends = new TreeMap<String, Long>();
        counts.forEach((word, steps) -> ends.put(word, last(steps)));
        return ends;
    }

    /** Every step was written once and in order: a record counted twice, or whose effect was lost, leaves a gap or a repetition. */
    private static String exactness(List<Long> steps, int lines) {
        return LongStream.rangeClosed(1, lines).boxed().toList().equals(steps) ? "exactly" : "as " + steps;
    }

    /** What the application has made for itself, with the settings that it asked for. */
    private static List<String> topicsMade(Admin admin) throws Exception {
        var facts = new ArrayList<String>();
        for (var name : new TreeSet<>(admin.listTopics().names().get())) {
            if (name.startsWith("word-count-")) {
                var resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
                var config =
                        admin.describeConfigs(List.of(resource)).all().get().get(resource);
                var partitions = admin.describeTopics(List.of(name))
                        .allTopicNames()
                        .get()
                        .get(name)
                        .partitions();
                facts.add(name + " " + partitions.size() + " "
                        + config.get("cleanup.policy").value() + " "
                        + config.get("retention.ms").value() + " "
                        + config.get("segment.bytes").value());
            }
        }
        return facts;
    }
}
