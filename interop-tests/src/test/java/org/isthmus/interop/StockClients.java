package org.isthmus.interop;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Stock clients of one broker. */
record StockClients(String address) {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Map<String, Object> settings(Map<String, Object> more) {
        var settings = new HashMap<String, Object>(more);
        settings.put("bootstrap.servers", address);
        return settings;
    }

    Admin admin() {
        return Admin.create(settings(Map.of("default.api.timeout.ms", 5_000, "request.timeout.ms", 4_000)));
    }

    KafkaProducer<String, String> producer(Map<String, Object> more) {
        return new KafkaProducer<>(settings(more), new StringSerializer(), new StringSerializer());
    }

    KafkaConsumer<String, String> consumer(Map<String, Object> more) {
        return new KafkaConsumer<>(settings(more), new StringDeserializer(), new StringDeserializer());
    }

    KafkaShareConsumer<String, String> shareConsumer(Map<String, Object> more) {
        return new KafkaShareConsumer<>(settings(more), new StringDeserializer(), new StringDeserializer());
    }

    void topic(String name, int partitions, Map<String, String> configs) throws Exception {
        try (var admin = admin()) {
            // What is sent here has times of long ago.
            var kept = new HashMap<>(configs);
            kept.put("retention.ms", "-1");
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(kept)))
                    .all()
                    .get();
        }
    }

    void send(String topic, int count) throws Exception {
        try (var producer = producer(Map.of())) {
            for (var i = 0; i < count; i++) {
                producer.send(new ProducerRecord<>(topic, 0, 1_700_000_000_000L + i, "key " + i, "value " + i))
                        .get();
            }
        }
    }

    void set(ConfigResource.Type type, String resource, String name, String value) throws Exception {
        try (var admin = admin()) {
            var set = new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(new ConfigResource(type, resource), List.of(set)))
                    .all()
                    .get();
        }
    }

    /** The condition polls, and so waits, by itself. */
    static void until(BooleanSupplier condition) throws TimeoutException {
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new TimeoutException();
            }
        }
    }
}
