package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.IntegerDeserializer;

/** A stock consumer, alone in its group, that reads on and commits now and then whatever happens to the brokers. */
final class SteadyConsumer implements AutoCloseable {
    private final String bootstrap;
    private final String topic;
    /** By partition, in the order in which they came first; guards itself. */
    private final List<Set<Integer>> read;

    private final Thread reading = new Thread(this::read, "reading");
    private volatile boolean enough;

    private SteadyConsumer(String bootstrap, String topic, int partitions) {
        this.bootstrap = bootstrap;
        this.topic = topic;
        this.read = IntStream.range(0, partitions)
                .<Set<Integer>>mapToObj(partition -> new LinkedHashSet<>())
                .toList();
    }

    static SteadyConsumer start(String bootstrap, String topic, int partitions) {
        var consumer = new SteadyConsumer(bootstrap, topic, partitions);
        consumer.reading.setDaemon(true);
        consumer.reading.start();
        return consumer;
    }

    private void read() {
        var config = Map.<String, Object>of(
                "bootstrap.servers",
                bootstrap,
                "group.id",
                "steady",
                "auto.offset.reset",
                "earliest",
                "auto.commit.interval.ms",
                100);
        try (var consumer = new KafkaConsumer<>(config, new IntegerDeserializer(), new IntegerDeserializer())) {
            consumer.subscribe(List.of(topic));
            while (!enough) {
                var polled = consumer.poll(Duration.ofMillis(100));
                synchronized (read) {
                    polled.forEach(record -> read.get(record.partition()).add(record.value()));
                    read.notifyAll();
                }
            }
        }
    }

    /** Waits until it has read all that is there, and has read it in order. */
    void checkAll(ReplicatedTopic written) throws InterruptedException {
        for (var partition = 0; partition < read.size(); partition++) {
            var there = written.readAll(partition);
            synchronized (read) {
                while (read.get(partition).size() < there.size()) {
                    read.wait();
                }
                assertThat(read.get(partition))
                        .as("read of partition %d", partition)
                        .containsExactlyElementsOf(there);
            }
        }
    }

    @Override
    public void close() {
        enough = true;
    }
}
