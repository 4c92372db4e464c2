package org.isthmus.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Produced;
import org.isthmus.peers.BrokerProcess;
import org.isthmus.peers.BrokerSetup;
import org.isthmus.peers.FreePort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kafka Streams counts words exactly once, on a repartitioned topic and with its state in a changelog, while the broker is killed under it
 * and while the application itself loses all that it had on its disk.
 */
@Timeout(300)
class KafkaStreamsIT {
    private static final List<String> WORDS = List.of("isthmus", "joins", "two", "lands", "and", "counts");
    private static final int LINES = 600;

    @TempDir
    Path directory;

    private final Map<String, List<Long>> counts = new HashMap<>();

    @Test
    void wordsAreCountedExactlyOnceThroughAKilledBrokerAndALostState() throws Exception {
        var port = FreePort.pick();
        var broker = start(port);
        try {
            createTopics(broker);
            try (var counted = new KafkaConsumer<>(
                    Map.<String, Object>of(
                            "bootstrap.servers", broker.bootstrap(),
                            "group.id", "counted",
                            "auto.offset.reset", "earliest",
                            "isolation.level", "read_committed"),
                    new StringDeserializer(),
                    new LongDeserializer())) {
                counted.subscribe(List.of("counts"));
                try (var streams = new KafkaStreams(wordCount(), settings(broker, "first"))) {
                    streams.start();
                    write(broker, 0, LINES / 2);
                    readUntil(counted, LINES / 6);

                    broker.kill();
                    broker = start(port);

                    write(broker, LINES / 2, LINES);
                    readUntil(counted, LINES);
                }
                // Another directory: all that the state is made from is the changelog.
                try (var streams = new KafkaStreams(wordCount(), settings(broker, "second"))) {
                    streams.start();
                    write(broker, LINES, LINES + LINES / 6);
                    readUntil(counted, LINES + LINES / 6);
                }
            }
            for (var word : WORDS) {
                assertThat(counts.get(word))
                        .as("each count of '%s', once and in order", word)
                        .isEqualTo(LongStream.rangeClosed(1, LINES + LINES / 6)
                                .boxed()
                                .toList());
            }
        } finally {
            broker.close();
        }
    }

    private BrokerProcess start(int port) throws Exception {
        var broker = BrokerProcess.isthmus(
                Peers.BROKER_JAR,
                directory.resolve("broker"),
                port,
                new BrokerSetup(Peers.SMALL_JVM, Peers.ISTHMUS.settings()));
        Comparison.awaitReady(broker);
        return broker;
    }

    private static void createTopics(BrokerProcess broker) throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic("lines", 2, (short) 1), new NewTopic("counts", 2, (short) 1)))
                    .all()
                    .get();
        }
    }

    private static Topology wordCount() {
        var builder = new StreamsBuilder();
        builder.stream("lines", Consumed.with(Serdes.String(), Serdes.String()))
                .flatMapValues(line -> List.of(line.split(" ")))
                .groupBy((key, word) -> word, Grouped.with(Serdes.String(), Serdes.String()))
                .count()
                .toStream()
                .to("counts", Produced.with(Serdes.String(), Serdes.Long()));
        return builder.build();
    }

    private Properties settings(BrokerProcess broker, String state) {
        var settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "word-count");
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap());
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, directory.resolve(state).toString());
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 50);
        // Every change is written, so that a count that comes twice, or never, is seen.
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        settings.put(StreamsConfig.consumerPrefix("session.timeout.ms"), 10_000);
        return settings;
    }

    private static void write(BrokerProcess broker, int from, int to) throws Exception {
        var settings = Map.<String, Object>of("bootstrap.servers", broker.bootstrap(), "acks", "all");
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (var line = from; line < to; line++) {
                producer.send(new ProducerRecord<>("lines", Integer.toString(line), String.join(" ", WORDS)));
            }
        }
    }

    /** Reads on until every word was counted so often. */
    private void readUntil(KafkaConsumer<String, Long> counted, int count) {
        while (WORDS.stream()
                .anyMatch(word -> counts.getOrDefault(word, List.of()).size() < count)) {
            for (var record : counted.poll(Duration.ofSeconds(1))) {
                counts.computeIfAbsent(record.key(), word -> new ArrayList<>()).add(record.value());
            }
        }
    }
}
