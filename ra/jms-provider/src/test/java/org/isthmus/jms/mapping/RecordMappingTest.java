package org.isthmus.jms.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.DeliveryMode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.isthmus.broker.client.FetchedRecord;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.record.Header;
import org.isthmus.broker.record.LogRecord;
import org.junit.jupiter.api.Test;

/** The format of docs/jms-mapping.md, from the side of a Kafka client. */
class RecordMappingTest {
    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Envelope received(byte[] key, byte[] value, Header... headers) {
        return received(false, key, value, headers);
    }

    private static Envelope received(boolean asText, byte[] key, byte[] value, Header... headers) {
        var record = new LogRecord(42, 1_000, key, value, List.of(headers));
        return RecordMapping.toEnvelope(new FetchedRecord(new TopicPartition("t", 3), record), asText, 1);
    }

    private static NewRecord sent(PropertyTable properties) {
        return RecordMapping.toRecord(new Envelope(
                "ID:conn:0:7",
                "conn",
                null,
                null,
                null,
                DeliveryMode.PERSISTENT,
                4,
                5,
                0,
                5,
                properties,
                BodyKind.TEXT,
                utf8("body")));
    }

    @Test
    void plainMessageCostsTwoHeaders() {
        var record = sent(new PropertyTable());
        assertThat(record.key()).isNull();
        assertThat(record.timestampMs()).isEqualTo(5);
        assertThat(record.value()).asString().isEqualTo("body");
        assertThat(record.headers())
                .extracting(it -> it.key() + "=" + new String(it.value(), StandardCharsets.UTF_8))
                .containsExactly("jms.body=text", "jms.id=conn:0:7");
    }

    @Test
    void propertiesAreReadableHeaders() {
        var properties = new PropertyTable();
        properties.put("color", "red");
        properties.put("count", 3);
        properties.put("open", true);
        properties.put("JMSXGroupID", "key");
        properties.put("JMSXDeliveryCount", 2);
        var record = sent(properties);
        assertThat(record.key()).asString().isEqualTo("key");
        assertThat(record.headers())
                .extracting(it -> it.key() + "=" + new String(it.value(), StandardCharsets.UTF_8))
                .startsWith("color=red", "count=3", "open=true", "jms.types=count=i,open=z");
    }

    @Test
    void recordOfAKafkaProducerIsBytesUnlessItIsDeclaredText() {
        assertThat(received(null, utf8("x")).kind()).isEqualTo(BodyKind.BYTES);
        assertThat(received(null, null).kind()).isEqualTo(BodyKind.NONE);
        assertThat(received(true, null, utf8("x")).kind()).isEqualTo(BodyKind.TEXT);
        assertThat(received(true, null, new byte[] {(byte) 0xff}).kind()).isEqualTo(BodyKind.BYTES);
        for (var type : List.of("text/plain; charset=utf-8", "application/json", "application/cloudevents+json")) {
            assertThat(received(null, utf8("x"), new Header("Content-Type", utf8(type)))
                            .kind())
                    .isEqualTo(BodyKind.TEXT);
        }
        assertThat(received(null, utf8("x"), new Header("jms.body", utf8("text")))
                        .kind())
                .isEqualTo(BodyKind.TEXT);
        assertThat(received(null, utf8("x"), new Header("jms.body", utf8("poem")))
                        .kind())
                .isEqualTo(BodyKind.BYTES);
    }

    @Test
    void headersOfAKafkaProducerAreStringPropertiesWithValidNames() {
        var envelope = received(
                utf8("key"),
                utf8("x"),
                new Header("content-type", utf8("a")),
                new Header("1st", utf8("b")),
                new Header("and", utf8("c")),
                new Header("raw", new byte[] {(byte) 0xff, 1}),
                new Header("twice", utf8("old")),
                new Header("twice", utf8("new")),
                new Header("none", null));
        var properties = envelope.properties();
        assertThat(properties.get("content_type")).isEqualTo("a");
        assertThat(properties.get("_1st")).isEqualTo("b");
        assertThat(properties.get("_and")).isEqualTo("c");
        assertThat(properties.get("raw")).isEqualTo("0xff01");
        assertThat(properties.get("twice")).isEqualTo("new");
        assertThat(properties.contains("none")).isTrue();
        assertThat(properties.get("JMSXGroupID")).isEqualTo("key");
        assertThat(properties.get("JMS_Isthmus_Partition")).isEqualTo(3);
        assertThat(properties.get("JMS_Isthmus_Offset")).isEqualTo(42L);
    }

    @Test
    void wrongValuesOfOurHeadersAreDefaults() {
        var envelope = received(
                new byte[] {(byte) 0xff},
                utf8("x"),
                new Header("jms.priority", utf8("high")),
                new Header("jms.expires", utf8("-4")),
                new Header("jms.mode", utf8("?")),
                new Header("jms.reply-to", utf8("nowhere")),
                new Header("jms.types", utf8("a=,=b,,c=i,count=i")),
                new Header("count", utf8("three")),
                new Header("jms.later", utf8("?")));
        assertThat(envelope.priority()).isEqualTo(4);
        assertThat(envelope.expiresMs()).isZero();
        assertThat(envelope.deliveryMode()).isEqualTo(DeliveryMode.PERSISTENT);
        assertThat(envelope.replyTo()).isNull();
        assertThat(envelope.properties().get("count")).isEqualTo("three");
        assertThat(envelope.properties().contains("JMSXGroupID")).isFalse();
        assertThat(envelope.messageId()).isNull();
    }
}
