package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.jspecify.annotations.Nullable;

/** A stock idempotent producer that never stops: it writes rising numbers to every partition and keeps what it was told is there. */
final class SteadyProducer implements AutoCloseable {
    private final String bootstrap;
    private final String topic;
    private final List<List<Integer>> acknowledged; // guards itself and what follows
    private final Thread producing = new Thread(this::produce, "producing");
    private @Nullable Exception refused;
    private volatile boolean enough;

    private SteadyProducer(String bootstrap, String topic, int partitions) {
        this.bootstrap = bootstrap;
        this.topic = topic;
        this.acknowledged = IntStream.range(0, partitions)
                .<List<Integer>>mapToObj(partition -> new ArrayList<>())
                .toList();
    }

    static SteadyProducer start(String bootstrap, String topic, int partitions) {
        var producer = new SteadyProducer(bootstrap, topic, partitions);
        producer.producing.setDaemon(true);
        producer.producing.start();
        return producer;
    }

    private void produce() {
        var config = Map.<String, Object>of(
                "bootstrap.servers",
                bootstrap,
                "linger.ms",
                1,
                // A paused broker does not answer, and is not waited for as long as the client would.
                "request.timeout.ms",
                2_000,
                "max.block.ms",
                120_000,
                "delivery.timeout.ms",
                120_000);
        try (var producer = new KafkaProducer<>(config, new IntegerSerializer(), new IntegerSerializer())) {
            for (var number = 0; !enough; number++) {
                for (var partition = 0; partition < acknowledged.size(); partition++) {
                    send(producer, partition, number);
                }
                if (number % 100 == 99) {
                    producer.flush();
                }
            }
        }
    }

    private void send(KafkaProducer<Integer, Integer> producer, int partition, int number) {
        producer.send(new ProducerRecord<>(topic, partition, null, number), (where, failure) -> {
            synchronized (acknowledged) {
                if (failure == null) {
                    acknowledged.get(partition).add(number);
                } else {
                    refused = failure;
                }
                acknowledged.notifyAll();
            }
        });
    }

    /** How many are acknowledged in the partition by now. */
    int acknowledged(int partition) {
        synchronized (acknowledged) {
            assertThat(refused).as("what the producer could not send").isNull();
            return acknowledged.get(partition).size();
        }
    }

    /** So many more are acknowledged in the partition, from now on. */
    void awaitMore(int partition, int count) throws InterruptedException {
        synchronized (acknowledged) {
            var wanted = acknowledged.get(partition).size() + count;
            while (acknowledged.get(partition).size() < wanted) {
                assertThat(refused).as("what the producer could not send").isNull();
                acknowledged.wait();
            }
        }
    }

    /** As {@link #awaitMore(int, int)}, in each partition. */
    void awaitMoreEverywhere(int count) throws InterruptedException {
        for (var partition = 0; partition < acknowledged.size(); partition++) {
            awaitMore(partition, count);
        }
    }

    /** Sends nothing more, and returns what was acknowledged in each partition. */
    List<List<Integer>> end() throws InterruptedException {
        enough = true;
        producing.join();
        synchronized (acknowledged) {
            assertThat(refused).as("what the producer could not send").isNull();
        }
        return acknowledged;
    }

    /** Ends it: every record that it was told of is there once and in order. */
    void checkAll(ReplicatedTopic written) throws InterruptedException {
        var told = end();
        for (var partition = 0; partition < told.size(); partition++) {
            var found = written.readAll(partition);
            assertThat(found).as("partition %d in order", partition).isSorted();
            var distinct = new HashSet<>(found);
            assertThat(found).as("partition %d each once", partition).hasSameSizeAs(distinct);
            var lost = new HashSet<>(told.get(partition));
            lost.removeAll(distinct);
            assertThat(lost)
                    .as("partition %d acknowledged and not there", partition)
                    .isEmpty();
        }
    }

    @Override
    public void close() {
        enough = true;
    }
}
