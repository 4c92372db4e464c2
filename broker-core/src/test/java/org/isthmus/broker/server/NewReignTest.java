package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker that is alone leads under a new epoch after each start, by which a consumer can tell that the log may have lost what it read. */
@Timeout(60)
class NewReignTest {
    @TempDir
    Path data;

    @Test
    void eachStartRaisesTheLeaderEpoch() throws Exception {
        writeOne();
        writeOne();

        try (var broker = start();
                var consumer = new KafkaConsumer<>(
                        Map.of("bootstrap.servers", address(broker)),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            var partition = new TopicPartition("letters", 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            var first = consumer.poll(Duration.ofSeconds(30)).records(partition);
            assertThat(first).hasSize(2);
            int before = first.get(0).leaderEpoch().orElseThrow();
            int after = first.get(1).leaderEpoch().orElseThrow();
            assertThat(after).isGreaterThan(before);
        }
    }

    private void writeOne() throws Exception {
        try (var broker = start();
                var producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", address(broker)), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>("letters", "a")).get(30, TimeUnit.SECONDS);
        }
    }

    private EmbeddedBroker start() throws Exception {
        return EmbeddedBroker.acquire(new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of()));
    }

    private static String address(EmbeddedBroker broker) {
        return broker.listeners().get(0).toString();
    }
}
