package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A broker of its own for each test, and stock clients that use its share groups. */
abstract class StockShareClients {
    static final String OFFSET_RESET = "share.auto.offset.reset";
    static final Map<String, Object> EXPLICIT = Map.of("share.acknowledgement.mode", "explicit");

    @TempDir
    Path data;

    EmbeddedBroker broker;
    String bootstrap;

    @BeforeEach
    void start() throws IOException {
        broker = EmbeddedBroker.acquire(
                new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of("num.partitions", "1")));
        bootstrap = broker.listeners().get(0).toString();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    Map<String, Object> client() {
        return new HashMap<>(Map.of("bootstrap.servers", bootstrap));
    }

    void topic(String name, int partitions) throws Exception {
        try (var admin = Admin.create(client())) {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)))
                    .all()
                    .get();
        }
    }

    void configure(String group, Map<String, String> settings) throws Exception {
        try (var admin = Admin.create(client())) {
            var changes = settings.entrySet().stream()
                    .map(one ->
                            new AlterConfigOp(new ConfigEntry(one.getKey(), one.getValue()), AlterConfigOp.OpType.SET))
                    .toList();
            var resource = new ConfigResource(ConfigResource.Type.GROUP, group);
            admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get();
            var described = admin.describeConfigs(List.of(resource)).all().get().get(resource);
            settings.forEach(
                    (key, value) -> assertThat(described.get(key).value()).isEqualTo(value));
        }
    }

    void fromTheBeginning(String group) throws Exception {
        configure(group, Map.of(OFFSET_RESET, "earliest"));
    }

    void send(String topic, int first, int last) {
        try (var producer = new KafkaProducer<>(client(), new StringSerializer(), new StringSerializer())) {
            IntStream.rangeClosed(first, last)
                    .forEach(number -> producer.send(new ProducerRecord<>(topic, "value-" + number)));
            producer.flush();
        }
    }

    KafkaShareConsumer<String, String> consumer(String group, String topic, Map<String, Object> extra) {
        var config = client();
        config.put("group.id", group);
        config.putAll(extra);
        var consumer = new KafkaShareConsumer<>(config, new StringDeserializer(), new StringDeserializer());
        consumer.subscribe(List.of(topic));
        return consumer;
    }

    static List<ConsumerRecord<String, String>> poll(KafkaShareConsumer<String, String> consumer, int wanted) {
        var got = new ArrayList<ConsumerRecord<String, String>>();
        until(() -> {
            consumer.poll(Duration.ofMillis(200)).forEach(got::add);
            return got.size() >= wanted;
        });
        return got;
    }

    static void until(BooleanSupplier condition) {
        var deadline = System.nanoTime() + Duration.ofSeconds(40).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time").isLessThan(deadline);
        }
    }
}
