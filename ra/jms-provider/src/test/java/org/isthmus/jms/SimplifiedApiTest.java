package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.IllegalStateRuntimeException;
import jakarta.jms.InvalidDestinationRuntimeException;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.MessageFormatRuntimeException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** JMSContext, JMSProducer and JMSConsumer. */
class SimplifiedApiTest extends RealBrokerTest {
    private final IsthmusTopic topic = topic("simple");

    @Test
    void bodiesAreSentAndReceivedInOneCallEach() throws JMSException {
        try (var context = context(JMSContext.AUTO_ACKNOWLEDGE)) {
            var consumer = context.createConsumer(topic);
            var producer = context.createProducer();
            producer.send(topic, "text");
            producer.send(topic, new byte[] {1, 2});
            producer.send(topic, Map.<String, Object>of("k", 1));
            producer.send(topic, Integer.valueOf(7));

            assertThat(consumer.receiveBody(String.class, SOON)).isEqualTo("text");
            assertThat(consumer.receiveBody(byte[].class, SOON)).containsExactly(1, 2);
            assertThat(consumer.receiveBody(Map.class, SOON)).containsEntry("k", 1);
            assertThat(consumer.receiveBody(Integer.class, SOON)).isEqualTo(7);
            assertThat(consumer.receiveBodyNoWait(String.class)).isNull();
        }
    }

    @Test
    void producerPutsItsPropertiesAndHeadersOnEveryMessage() throws JMSException {
        try (var context = context(JMSContext.AUTO_ACKNOWLEDGE)) {
            var consumer = context.createConsumer(topic);
            var producer = context.createProducer()
                    .setProperty("i", 1)
                    .setProperty("s", "x")
                    .setJMSCorrelationID("c")
                    .setJMSType("t")
                    .setJMSReplyTo(topic)
                    .setPriority(9);
            producer.send(topic, "text");

            var message = consumer.receive(SOON);
            assertThat(message.getIntProperty("i")).isEqualTo(1);
            assertThat(message.getStringProperty("s")).isEqualTo("x");
            assertThat(message.getJMSCorrelationID()).isEqualTo("c");
            assertThat(message.getJMSType()).isEqualTo("t");
            assertThat(message.getJMSReplyTo()).isEqualTo(topic);
            assertThat(message.getJMSPriority()).isEqualTo(9);
            assertThat(producer.getPropertyNames()).containsExactly("i", "s");
            assertThatThrownBy(() -> producer.getPropertyNames().clear())
                    .isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> producer.getIntProperty("s")).isInstanceOf(NumberFormatException.class);
            assertThatThrownBy(() -> producer.setPriority(10)).isInstanceOf(JMSRuntimeException.class);
            assertThatThrownBy(() -> producer.send(null, "text"))
                    .isInstanceOf(InvalidDestinationRuntimeException.class);
        }
    }

    @Test
    void bodyOfAnotherTypeIsDeliveredAgainAsIfForTheFirstTime() throws JMSException {
        try (var context = context(JMSContext.AUTO_ACKNOWLEDGE)) {
            var consumer = context.createConsumer(topic);
            context.createProducer().send(topic, "text");
            assertThatThrownBy(() -> consumer.receiveBody(Map.class, SOON))
                    .isInstanceOf(MessageFormatRuntimeException.class);

            var message = consumer.receive(SOON);
            assertThat(message.getBody(String.class)).isEqualTo("text");
            assertThat(message.getJMSRedelivered()).isFalse();
        }
    }

    @Test
    void clientAcknowledgementIsTheContexts() throws JMSException {
        try (var context = context(JMSContext.CLIENT_ACKNOWLEDGE)) {
            context.setClientID(own("simple"));
            var consumer = context.createDurableConsumer(topic, "s");
            context.createProducer().send(topic, "a").send(topic, "b");
            assertThat(consumer.receiveBody(String.class, SOON)).isEqualTo("a");
            context.acknowledge();
            assertThat(consumer.receiveBody(String.class, SOON)).isEqualTo("b");
            context.recover();
            assertThat(consumer.receiveBody(String.class, SOON)).isEqualTo("b");
        }
    }

    @Test
    void lastContextClosesTheConnection() throws JMSException {
        var first = context(JMSContext.AUTO_ACKNOWLEDGE);
        var second = first.createContext(JMSContext.CLIENT_ACKNOWLEDGE);
        first.close();
        first.close();
        second.createProducer().send(topic, "still open");
        assertThat(second.getSessionMode()).isEqualTo(JMSContext.CLIENT_ACKNOWLEDGE);
        second.close();
        assertThatThrownBy(second::getClientID).isInstanceOf(IllegalStateRuntimeException.class);
        assertThatThrownBy(() -> first.createContext(JMSContext.AUTO_ACKNOWLEDGE))
                .isInstanceOf(IllegalStateRuntimeException.class);
    }

    @Test
    void contextWithoutAutoStartWaitsForStart() throws JMSException {
        try (var context = context(JMSContext.AUTO_ACKNOWLEDGE)) {
            context.setAutoStart(false);
            var consumer = context.createConsumer(topic);
            context.createProducer().send(topic, "text");
            assertThat(consumer.receive(20)).isNull();
            context.start();
            assertThat(consumer.receiveBody(String.class, SOON)).isEqualTo("text");
        }
    }
}
