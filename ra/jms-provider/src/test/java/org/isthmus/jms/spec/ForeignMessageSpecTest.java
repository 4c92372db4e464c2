package org.isthmus.jms.spec;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.BytesMessage;
import jakarta.jms.DeliveryMode;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Queue;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** §3.12: messages and destinations of another provider. */
final class ForeignMessageSpecTest extends SpecTest {
    /** A message as another provider may have it: none of this provider's classes, with headers that take any value. */
    private static <M extends Message> M foreign(Class<M> kind, M body) {
        var headers = new HashMap<String, Object>();
        return kind.cast(Proxy.newProxyInstance(kind.getClassLoader(), new Class<?>[] {kind}, (proxy, call, args) -> {
            var name = call.getName();
            if (name.startsWith("setJMS")) {
                return headers.put(name.substring(3), args[0]);
            }
            if (name.startsWith("getJMS") && headers.containsKey(name.substring(3))) {
                return headers.get(name.substring(3));
            }
            try {
                return call.invoke(body, args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }

    @Test
    void everyKindOfBodyIsSent_3_12() throws Exception {
        var session = session();
        var queue = queue();
        var producer = session.createProducer(queue);
        var consumer = session.createConsumer(queue);

        producer.send(foreign(TextMessage.class, session.createTextMessage("a")));
        assertThat(text(consumer.receive(SOON))).isEqualTo("a");

        var bytes = session.createBytesMessage();
        bytes.writeChar('c');
        bytes.writeUTF("b");
        producer.send(foreign(BytesMessage.class, bytes));
        var receivedBytes = (BytesMessage) consumer.receive(SOON);
        assertThat(List.of(receivedBytes.readChar(), receivedBytes.readUTF())).isEqualTo(List.of('c', "b"));

        var map = session.createMapMessage();
        map.setBytes("a", new byte[] {1, 2});
        map.setObject("b", null);
        producer.send(foreign(MapMessage.class, map));
        var receivedMap = (MapMessage) consumer.receive(SOON);
        assertThat(receivedMap.getBytes("a")).containsExactly(1, 2);
        assertThat(receivedMap.itemExists("b")).isTrue();

        var stream = session.createStreamMessage();
        stream.writeDouble(6.02e23);
        stream.writeString(null);
        producer.send(foreign(StreamMessage.class, stream));
        var receivedStream = (StreamMessage) consumer.receive(SOON);
        assertThat(receivedStream.readDouble()).isEqualTo(6.02e23);
        assertThat(receivedStream.readString()).isNull();

        producer.send(foreign(ObjectMessage.class, session.createObjectMessage(42L)));
        assertThat(((ObjectMessage) consumer.receive(SOON)).getObject()).isEqualTo(42L);

        producer.send(foreign(Message.class, session.createMessage()));
        assertThat(consumer.receive(SOON)).isNotInstanceOf(TextMessage.class);
    }

    @Test
    void senderSeesTheHeadersOfTheSend_3_12() throws Exception {
        var session = session();
        var queue = queue();
        var message = foreign(Message.class, session.createMessage());
        message.setStringProperty("p", "q");
        message.setJMSType("t");
        message.setJMSCorrelationID("c");
        message.setJMSDestination(null);
        message.setJMSDeliveryMode(9999);
        message.setJMSPriority(9999);
        message.setJMSExpiration(9999);
        message.setJMSTimestamp(9999);
        message.setJMSDeliveryTime(9999);
        message.setJMSMessageID("none");
        session.createProducer(queue).send(message);

        var received = session.createConsumer(queue).receive(SOON);
        assertThat(received.getStringProperty("p")).isEqualTo("q");
        assertThat(received.getJMSType()).isEqualTo("t");
        assertThat(received.getJMSCorrelationID()).isEqualTo("c");
        assertThat(message.getJMSDestination()).isEqualTo(queue);
        assertThat(message.getJMSDeliveryMode()).isEqualTo(DeliveryMode.PERSISTENT);
        assertThat(message.getJMSPriority()).isEqualTo(Message.DEFAULT_PRIORITY);
        assertThat(message.getJMSExpiration()).isZero();
        assertThat(Map.of(
                        "id", message.getJMSMessageID(),
                        "timestamp", message.getJMSTimestamp(),
                        "delivery time", message.getJMSDeliveryTime()))
                .isEqualTo(Map.of(
                        "id", received.getJMSMessageID(),
                        "timestamp", received.getJMSTimestamp(),
                        "delivery time", received.getJMSDeliveryTime()));
    }

    @Test
    void foreignDestinationIsTheOneOfItsNameAndNoHindranceWhereThereCanBeNone_3_12() throws Exception {
        var session = session();
        Queue queue = () -> own("foreign");
        var producer = session.createProducer(queue);
        var consumer = session.createConsumer(session.createQueue(own("foreign")));
        var message = foreign(TextMessage.class, session.createTextMessage("a"));

        message.setJMSReplyTo(queue);
        producer.send(message);
        var replyTo = (Queue) consumer.receive(SOON).getJMSReplyTo();
        assertThat(replyTo.getQueueName()).isEqualTo(queue.getQueueName());

        message.setJMSReplyTo((Queue) () -> "queue://no name of a topic");
        producer.send(message);
        var received = consumer.receive(SOON);
        assertThat(text(received)).isEqualTo("a");
        assertThat(received.getJMSReplyTo()).isNull();
    }
}
