package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.isthmus.broker.network.CertificateAuthority;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Stock clients, and our own, of a broker that speaks TLS. */
@Timeout(60)
class TlsTest {
    private static final Endpoint.Tcp TLS = new Endpoint.Tcp("127.0.0.1", 0, true);

    @TempDir
    Path data;

    private final List<EmbeddedBroker> brokers = new ArrayList<>();
    private CertificateAuthority authority;

    @BeforeEach
    void certify() throws Exception {
        authority = CertificateAuthority.in(data, "authority");
    }

    @AfterEach
    void stop() {
        brokers.forEach(EmbeddedBroker::close);
    }

    private EmbeddedBroker start(List<Endpoint.Tcp> listeners, Map<String, String> settings) throws Exception {
        var all = new HashMap<>(authority.identity("127.0.0.1"));
        all.putAll(settings);
        var broker = EmbeddedBroker.acquire(new BrokerConfig(data.resolve("data-" + brokers.size()), listeners, all));
        brokers.add(broker);
        return broker;
    }

    private static String address(EmbeddedBroker broker) {
        return broker.listeners().get(0).toString();
    }

    private Map<String, Object> stock(String address) throws Exception {
        var settings = new HashMap<String, Object>(authority.trust());
        settings.putAll(Map.of("bootstrap.servers", address, "security.protocol", "SSL"));
        return settings;
    }

    @Test
    void stockClientsProduceAndConsume() throws Exception {
        var client = stock(address(start(List.of(TLS), Map.of())));

        produce(client, "orders", "one", "two", "three");

        assertThat(consume(client, "orders", 3)).containsExactly("one", "two", "three");
    }

    private static void produce(Map<String, Object> client, String topic, String... values) throws Exception {
        try (var producer = new KafkaProducer<>(client, new StringSerializer(), new StringSerializer())) {
            for (var value : values) {
                producer.send(new ProducerRecord<>(topic, value)).get();
            }
        }
    }

    private static List<String> consume(Map<String, Object> client, String topic, int count) {
        var settings = new HashMap<>(client);
        settings.putAll(Map.of("group.id", "readers", "auto.offset.reset", "earliest"));
        var read = new ArrayList<String>();
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(Set.of(topic));
            while (read.size() < count) {
                consumer.poll(Duration.ofSeconds(1)).forEach(record -> read.add(record.value()));
            }
        }
        return read;
    }
}
