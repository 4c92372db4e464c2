package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.jspecify.annotations.Nullable;

/**
 * A stock consumer, alone in its group, and a stock transactional producer that move records from one topic to the same partitions of another, each
 * batch in a transaction, whatever happens to the brokers. After a failure it goes on from what is committed.
 */
final class SteadyMover implements AutoCloseable {
    private final String bootstrap;
    private final String from;
    private final String to;
    private final Thread moving = new Thread(this::move, "moving");
    private long moved; // guarded by this, as is what follows
    private @Nullable KafkaException failed;
    private volatile boolean enough;

    private SteadyMover(String bootstrap, String from, String to) {
        this.bootstrap = bootstrap;
        this.from = from;
        this.to = to;
    }

    static SteadyMover start(String bootstrap, String from, String to) {
        var mover = new SteadyMover(bootstrap, from, to);
        mover.moving.setDaemon(true);
        mover.moving.start();
        return mover;
    }

    private void move() {
        while (!enough) {
            try (var consumer = consumer();
                    var producer = producer()) {
                producer.initTransactions();
                consumer.subscribe(List.of(from));
                while (!enough) {
                    var polled = consumer.poll(Duration.ofMillis(100));
                    if (!polled.isEmpty()) {
                        move(polled, consumer, producer);
                    }
                }
            } catch (KafkaException e) {
                // The transaction ends with the next producer of this name, or has ended.
                synchronized (this) {
                    failed = e;
                }
            }
        }
    }

    private void move(
            ConsumerRecords<Integer, Integer> polled,
            KafkaConsumer<Integer, Integer> consumer,
            KafkaProducer<Integer, Integer> producer) {
        producer.beginTransaction();
        polled.forEach(record -> producer.send(new ProducerRecord<>(to, record.partition(), null, record.value())));
        producer.sendOffsetsToTransaction(ends(polled), consumer.groupMetadata());
        producer.commitTransaction();
        synchronized (this) {
            moved += polled.count();
            notifyAll();
        }
    }

    private static Map<TopicPartition, OffsetAndMetadata> ends(ConsumerRecords<Integer, Integer> polled) {
        return polled.partitions().stream().collect(Collectors.toMap(partition -> partition, partition -> {
            List<ConsumerRecord<Integer, Integer>> records = polled.records(partition);
            return new OffsetAndMetadata(records.get(records.size() - 1).offset() + 1);
        }));
    }

    private KafkaConsumer<Integer, Integer> consumer() {
        var config = new HashMap<String, Object>(Map.of(
                "bootstrap.servers",
                bootstrap,
                "group.id",
                "movers",
                "auto.offset.reset",
                "earliest",
                "enable.auto.commit",
                false,
                "isolation.level",
                "read_committed"));
        return new KafkaConsumer<>(config, new IntegerDeserializer(), new IntegerDeserializer());
    }

    private KafkaProducer<Integer, Integer> producer() {
        var config = Map.<String, Object>of("bootstrap.servers", bootstrap, "transactional.id", "mover");
        return new KafkaProducer<>(config, new IntegerSerializer(), new IntegerSerializer());
    }

    synchronized void awaitMore(int count) throws InterruptedException {
        var wanted = moved + count;
        while (moved < wanted) {
            wait();
        }
    }

    /** For where nobody had a reason to end its transaction, or to put it out of its group. */
    synchronized void checkItNeverFailed() {
        assertThat(failed).as("why it once began anew").isNull();
    }

    /** Waits until all is moved that is there, and checks that it is there once and in order. */
    void checkAll(ReplicatedTopic source, ReplicatedTopic target, int partitions) {
        for (var partition = 0; partition < partitions; partition++) {
            var expected = source.readAll(partition);
            var found = target.readAll(partition);
            while (found.size() < expected.size()) {
                found = target.readAll(partition);
            }
            assertThat(found).as("moved of partition %d", partition).isEqualTo(expected);
        }
    }

    @Override
    public void close() {
        enough = true;
    }
}
