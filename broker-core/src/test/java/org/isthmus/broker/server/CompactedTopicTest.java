package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What unmodified Kafka clients see of a topic that keeps the last record of each key, while it is compacted under them. */
@Timeout(60)
class CompactedTopicTest {
    private static final TopicPartition PARTITION = new TopicPartition("latest", 0);
    private static final int KEYS = 10;
    private static final int RECORDS = 3_000;
    /** Half of the records are committed, so with fewer than those some have been cleaned away. */
    private static final int MOST_LEFT = RECORDS / 4;

    @TempDir
    Path data;

    @Test
    void theLastRecordOfEachKeyIsLeftAlsoAfterARestart() throws Exception {
        var last = new HashMap<String, String>();
        try (var broker = start()) {
            var bootstrap = broker.listeners().get(0).toString();
            createTopic(bootstrap);
            produce(bootstrap, last);
            var read = read(bootstrap);
            // Each read is a chance for the cleaner to go on; the test's time limits them.
            while (read.size() > MOST_LEFT) {
                read = read(bootstrap);
            }

            assertThat(lastOfEachKey(read)).containsAllEntriesOf(last);
            assertThat(read).extracting(ConsumerRecord::offset).isSorted().doesNotHaveDuplicates();
        }
        try (var broker = start()) {
            var read = read(broker.listeners().get(0).toString());

            assertThat(read).hasSizeLessThanOrEqualTo(MOST_LEFT);
            assertThat(lastOfEachKey(read)).containsAllEntriesOf(last);
        }
    }

    private EmbeddedBroker start() throws Exception {
        return EmbeddedBroker.acquire(new BrokerConfig(
                data,
                List.of(new Endpoint.Tcp("127.0.0.1", 0)),
                Map.of("log.cleaner.backoff.ms", "20", "log.cleaner.io.max.bytes.per.second", "10000000")));
    }

    private static void createTopic(String bootstrap) throws Exception {
        var configs =
                Map.of("cleanup.policy", "compact", "segment.bytes", "16384", "min.cleanable.dirty.ratio", "0.01");
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(new NewTopic("latest", 1, (short) 1).configs(configs)))
                    .all()
                    .get();
        }
    }

    /** Some in transactions, of which each other one is aborted. */
    private static void produce(String bootstrap, Map<String, String> last) throws Exception {
        var settings = Map.<String, Object>of(
                "bootstrap.servers", bootstrap, "transactional.id", "t", "compression.type", "lz4", "linger.ms", "0");
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            for (var first = 0; first < RECORDS; first += 100) {
                var commits = first % 200 == 0;
                producer.beginTransaction();
                for (var i = first; i < first + 100; i++) {
                    var value = "value " + i + " of a record that is long enough to fill segments";
                    producer.send(new ProducerRecord<>("latest", "key " + i % KEYS, value));
                    if (commits) {
                        last.put("key " + i % KEYS, value);
                    }
                    if (i % 10 == 9) {
                        producer.flush();
                    }
                }
                if (commits) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
            }
        }
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrap),
                new StringSerializer(),
                new StringSerializer())) {
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("latest", "without a key"))
                            .get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(InvalidRecordException.class);
        }
    }

    private static List<ConsumerRecord<String, String>> read(String bootstrap) {
        var settings = Map.<String, Object>of("bootstrap.servers", bootstrap, "isolation.level", "read_committed");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            var end = consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
            var read = new ArrayList<ConsumerRecord<String, String>>();
            while (consumer.position(PARTITION) < end) {
                consumer.poll(Duration.ofSeconds(1)).forEach(read::add);
            }
            return read;
        }
    }

    private static Map<String, String> lastOfEachKey(List<ConsumerRecord<String, String>> read) {
        var last = new HashMap<String, String>();
        read.forEach(record -> last.put(record.key(), record.value()));
        return last;
    }
}
