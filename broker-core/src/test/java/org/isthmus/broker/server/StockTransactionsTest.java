package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the stock transactional producer, and consumers that read what is committed, see of a broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class StockTransactionsTest {
    private static final TopicPartition INPUT = new TopicPartition("input", 0);

    EmbeddedBroker broker;
    String bootstrap;
    Path data;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        data = directory;
        open();
    }

    void open() throws Exception {
        broker = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of()));
        bootstrap = broker.listeners().get(0).toString();
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    @Test
    void committedTransactionIsReadWholeAndAnAbortedOneNotAtAll() throws Exception {
        topic("whole", 3);
        try (var producer = producer("whole")) {
            producer.initTransactions();
            for (var round = 0; round < 10; round++) {
                producer.beginTransaction();
                for (var i = 0; i < 30; i++) {
                    producer.send(new ProducerRecord<>("whole", i % 3, "k", (round % 2 == 0 ? "in-" : "out-") + round));
                }
                if (round % 2 == 0) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
            }
        }
        var read = read("whole", 3, 150);
        assertThat(read).hasSize(150).allMatch(record -> record.value().startsWith("in-"));
    }

    @Test
    void fetchTellsOfNoMoreAbortedTransactionsThanItsRecordsBelongTo() throws Exception {
        topic("given-up", 1);
        try (var producer = producer("given-up")) {
            producer.initTransactions();
            for (var round = 0; round < 30; round++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("given-up", "v")).get();
                producer.abortTransaction();
            }
        }
        try (var wire = new Wire(broker.listeners().get(0))) {
            var partition =
                    new FetchRequestData.FetchPartition().setFetchOffset(20).setPartitionMaxBytes(1);
            var answer = (FetchResponseData) wire.ask(
                    (short) 12,
                    new FetchRequestData()
                            .setIsolationLevel((byte) 1)
                            .setTopics(List.of(new FetchRequestData.FetchTopic()
                                    .setTopic("given-up")
                                    .setPartitions(List.of(partition)))));

            var aborted = answer.responses().get(0).partitions().get(0).abortedTransactions();
            assertThat(aborted)
                    .extracting(FetchResponseData.AbortedTransaction::firstOffset)
                    .containsExactly(20L);
        }
    }

    @Test
    void openTransactionIsNotReadAndHoldsBackWhatComesAfterIt() throws Exception {
        topic("held", 1);
        try (var open = producer("held-open");
                var other = producer("held-other")) {
            open.initTransactions();
            other.initTransactions();
            open.beginTransaction();
            open.send(new ProducerRecord<>("held", "first")).get();
            other.beginTransaction();
            other.send(new ProducerRecord<>("held", "second"));
            other.commitTransaction();
            try (var consumer = consumer(null)) {
                consumer.assign(Set.of(new TopicPartition("held", 0)));
                consumer.seekToBeginning(consumer.assignment());
                assertThat(consumer.poll(Duration.ofMillis(300)).count()).isZero();
                open.commitTransaction();
                assertThat(values(read(consumer, 2))).containsExactly("first", "second");
            }
        }
    }

    @Test
    void secondProducerFencesTheFirst() throws Exception {
        topic("fenced", 1);
        try (var first = producer("one-of-us");
                var second = producer("one-of-us")) {
            first.initTransactions();
            first.beginTransaction();
            first.send(new ProducerRecord<>("fenced", "lost")).get();
            second.initTransactions();
            assertThatThrownBy(() -> {
                        first.send(new ProducerRecord<>("fenced", "late"));
                        first.commitTransaction();
                    })
                    .isInstanceOfAny(ProducerFencedException.class, InvalidProducerEpochException.class);
            second.beginTransaction();
            second.send(new ProducerRecord<>("fenced", "kept"));
            second.commitTransaction();
        }
        assertThat(values(read("fenced", 1, 1))).containsExactly("kept");
    }

    @Test
    void everyRecordIsProcessedExactlyOnceAlthoughProcessorsFail() throws Exception {
        topic("input", 1);
        topic("output", 1);
        try (var producer = producer("source")) {
            producer.initTransactions();
            producer.beginTransaction();
            IntStream.range(0, 100).forEach(i -> producer.send(new ProducerRecord<>("input", Integer.toString(i))));
            producer.commitTransaction();
        }
        while (processed() < 100) {
            process();
        }
        assertThat(values(read("output", 1, 100)))
                .isEqualTo(IntStream.range(0, 100).mapToObj(Integer::toString).toList());
    }

    private long processed() throws Exception {
        try (var admin = admin()) {
            var committed = admin.listConsumerGroupOffsets("processors")
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .get(INPUT);
            return committed == null ? 0 : committed.offset();
        }
    }

    /** Moves records on, of which there are some, and fails in the middle of every third batch. */
    private void process() {
        try (var consumer = consumer("processors");
                var producer = producer("processor")) {
            producer.initTransactions();
            consumer.assign(Set.of(INPUT));
            for (var batch = 0; batch < 3 && consumer.position(INPUT) < 100; batch++) {
                var records = read(consumer, 1);
                var some = records.subList(0, Math.min(20, records.size()));
                producer.beginTransaction();
                some.forEach(record -> producer.send(new ProducerRecord<>("output", record.value())));
                var next = some.get(some.size() - 1).offset() + 1;
                producer.sendOffsetsToTransaction(Map.of(INPUT, new OffsetAndMetadata(next)), consumer.groupMetadata());
                if (batch == 2) {
                    producer.abortTransaction();
                    return;
                }
                producer.commitTransaction();
                consumer.seek(INPUT, next);
            }
        }
    }

    @Test
    void administratorSeesAndFencesTransactions() throws Exception {
        topic("watched", 1);
        try (var admin = admin();
                var producer = producer("watched-id")) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("watched", "x")).get();
            var listed = admin.listTransactions().all().get();
            assertThat(listed)
                    .anyMatch(found ->
                            found.transactionalId().equals("watched-id") && found.state() == TransactionState.ONGOING);
            var described = admin.describeTransactions(List.of("watched-id"))
                    .description("watched-id")
                    .get();
            assertThat(described.topicPartitions()).containsExactly(new TopicPartition("watched", 0));

            admin.fenceProducers(List.of("watched-id")).all().get();
            assertThatThrownBy(producer::commitTransaction)
                    .isInstanceOfAny(ProducerFencedException.class, InvalidProducerEpochException.class);
        }
    }

    @Test
    void decidedTransactionsAreThereAfterTheBrokerCameBack() throws Exception {
        topic("durable", 1);
        var producer = producer("durable-id");
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("durable", "kept"));
        producer.commitTransaction();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("durable", "open")).get();
        broker.close();
        producer.close(Duration.ZERO);
        open();
        try (var heir = producer("durable-id")) {
            heir.initTransactions();
            heir.beginTransaction();
            heir.send(new ProducerRecord<>("durable", "after"));
            heir.commitTransaction();
        }
        assertThat(values(read("durable", 1, 2))).containsExactly("kept", "after");
    }

    private void topic(String name, int partitions) throws Exception {
        try (var admin = admin()) {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)))
                    .all()
                    .get();
        }
    }

    private List<ConsumerRecord<String, String>> read(String topic, int partitions, int count) {
        try (var consumer = consumer(null)) {
            consumer.assign(IntStream.range(0, partitions)
                    .mapToObj(index -> new TopicPartition(topic, index))
                    .toList());
            consumer.seekToBeginning(consumer.assignment());
            return read(consumer, count);
        }
    }

    private static List<ConsumerRecord<String, String>> read(KafkaConsumer<String, String> consumer, int count) {
        var read = new ArrayList<ConsumerRecord<String, String>>();
        var until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (read.size() < count && System.nanoTime() < until) {
            consumer.poll(Duration.ofMillis(100)).forEach(read::add);
        }
        return read;
    }

    private static List<String> values(List<ConsumerRecord<String, String>> records) {
        return records.stream().map(ConsumerRecord::value).toList();
    }

    private KafkaProducer<String, String> producer(String transactionalId) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "transactional.id",
                        transactionalId,
                        "max.block.ms",
                        "10000",
                        "linger.ms",
                        "0"),
                new StringSerializer(),
                new StringSerializer());
    }

    private KafkaConsumer<String, String> consumer(String group) {
        var config = new HashMap<String, Object>();
        config.put("bootstrap.servers", bootstrap);
        config.put("isolation.level", "read_committed");
        config.put("auto.offset.reset", "earliest");
        config.put("enable.auto.commit", "false");
        if (group != null) {
            config.put("group.id", group);
        }
        return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrap));
    }
}
