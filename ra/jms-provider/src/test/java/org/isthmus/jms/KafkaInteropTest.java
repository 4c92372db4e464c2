package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.BytesMessage;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** One topic, two faces: stock Kafka clients on one side, Jakarta Messaging on the other. */
class KafkaInteropTest extends RealBrokerTest {
    private final IsthmusTopic topic = topic("faces");

    @Test
    void messageIsReadByAKafkaConsumerAsItsMappingSays() throws Exception {
        create(topic, 4);
        var session = session();
        var message = session.createTextMessage("hello");
        message.setStringProperty("color", "red");
        message.setIntProperty("count", 3);
        message.setStringProperty("JMSXGroupID", "key");
        session.createProducer(topic).send(message);

        var record = only();
        assertThat(record.key()).isEqualTo("key");
        assertThat(record.value()).isEqualTo("hello");
        assertThat(record.timestamp()).isEqualTo(message.getJMSTimestamp());
        assertThat(text(record, "color")).isEqualTo("red");
        assertThat(text(record, "count")).isEqualTo("3");
        assertThat(text(record, "jms.types")).isEqualTo("count=i");
        assertThat(text(record, "jms.body")).isEqualTo("text");
        assertThat("ID:" + text(record, "jms.id")).isEqualTo(message.getJMSMessageID());
    }

    private ConsumerRecord<String, String> only() {
        var config = Map.<String, Object>of("bootstrap.servers", bootstrapServers(), "auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            var partitions = List.of(0, 1, 2, 3);
            consumer.assign(partitions.stream()
                    .map(it -> new TopicPartition(topic.getName(), it))
                    .toList());
            for (; ; ) {
                var records = consumer.poll(Duration.ofSeconds(1));
                if (!records.isEmpty()) {
                    return records.iterator().next();
                }
            }
        }
    }

    private static String text(ConsumerRecord<?, ?> record, String header) {
        return new String(record.headers().lastHeader(header).value(), StandardCharsets.UTF_8);
    }

    @Test
    void recordsOfAKafkaProducerArriveWithTheirHeadersAsProperties() throws Exception {
        create(topic, 4);
        var consumer = session().createConsumer(topic);
        var config = Map.<String, Object>of("bootstrap.servers", bootstrapServers());
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            var plain = new ProducerRecord<>(topic.getName(), "key", "bytes");
            plain.headers().add("trace-id", "t1".getBytes(StandardCharsets.UTF_8));
            producer.send(plain).get();
            var declared = new ProducerRecord<>(topic.getName(), "key", "{}");
            declared.headers().add("content-type", "application/json".getBytes(StandardCharsets.UTF_8));
            producer.send(declared).get();
        }

        var first = (BytesMessage) consumer.receive(SOON);
        assertThat(new String(first.getBody(byte[].class), StandardCharsets.UTF_8))
                .isEqualTo("bytes");
        assertThat(first.getStringProperty("trace_id")).isEqualTo("t1");
        assertThat(first.getStringProperty("JMSXGroupID")).isEqualTo("key");
        assertThat(first.getJMSMessageID()).isNull();
        assertThat(((TextMessage) consumer.receive(SOON)).getText()).isEqualTo("{}");
    }

    @Test
    void keysOfBothSidesMeetInOnePartition() throws Exception {
        create(topic, 4);
        var consumer = session().createConsumer(topic);
        var session = session();
        var config = Map.<String, Object>of("bootstrap.servers", bootstrapServers());
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < 10; i++) {
                producer.send(new ProducerRecord<>(topic.getName(), "k" + i, "v"))
                        .get();
                var message = session.createMessage();
                message.setStringProperty("JMSXGroupID", "k" + i);
                session.createProducer(topic).send(message);
            }
        }
        var partitions = new HashMap<String, Set<Integer>>();
        for (int i = 0; i < 20; i++) {
            var message = consumer.receive(SOON);
            partitions
                    .computeIfAbsent(message.getStringProperty("JMSXGroupID"), unused -> new HashSet<>())
                    .add(message.getIntProperty("JMS_Isthmus_Partition"));
        }
        assertThat(partitions).hasSize(10).allSatisfy((key, in) -> assertThat(in)
                .hasSize(1));
    }

    @Test
    void factoryWithBootstrapServersReachesTheSameBroker() throws Exception {
        var consumer = session().createConsumer(topic);
        try (var remote = new IsthmusConnectionFactory(bootstrapServers()).createConnection()) {
            var session = remote.createSession(Session.AUTO_ACKNOWLEDGE);
            session.createProducer(topic).send(session.createTextMessage("over TCP"));
        }
        assertThat(consumer.receive(SOON).getBody(String.class)).isEqualTo("over TCP");
    }
}
