package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageEOFException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageNotReadableException;
import jakarta.jms.MessageNotWriteableException;
import jakarta.jms.ObjectMessage;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages as they are built, sent and received (§3). */
class MessageTest extends RealBrokerTest {
    private IsthmusSession session;
    private IsthmusConsumer consumer;
    private IsthmusProducer producer;

    @BeforeEach
    void open() throws JMSException {
        session = session();
        consumer = session.createConsumer(topic("messages"));
        producer = session.createProducer(topic("messages"));
    }

    private <M extends Message> M sent(M message) throws JMSException {
        producer.send(message);
        @SuppressWarnings("unchecked")
        var received = (M) consumer.receive(SOON);
        assertThat(received).isNotSameAs(message);
        return received;
    }

    @Test
    void headersTravel_3_4() throws JMSException {
        var message = session.createMessage();
        message.setJMSCorrelationID("correlation é");
        message.setJMSReplyTo(topic("answers"));
        message.setJMSType("kind");
        producer.setPriority(7);
        producer.setTimeToLive(60_000);

        var received = sent(message);

        assertThat(received.getJMSMessageID()).startsWith("ID:").isEqualTo(message.getJMSMessageID());
        assertThat(received.getJMSTimestamp()).isPositive().isEqualTo(message.getJMSTimestamp());
        assertThat(received.getJMSDeliveryTime()).isEqualTo(message.getJMSTimestamp());
        assertThat(received.getJMSExpiration()).isEqualTo(message.getJMSTimestamp() + 60_000);
        assertThat(received.getJMSPriority()).isEqualTo(7);
        assertThat(received.getJMSCorrelationID()).isEqualTo("correlation é");
        assertThat(received.getJMSReplyTo()).isEqualTo(topic("answers"));
        assertThat(received.getJMSType()).isEqualTo("kind");
        assertThat(received.getJMSDestination()).isEqualTo(topic("messages"));
    }

    @Test
    void nativeCorrelationIdentifierTravels_3_4_5() throws JMSException {
        var message = session.createMessage();
        message.setJMSCorrelationIDAsBytes(new byte[] {1, -1, 0});
        assertThat(sent(message).getJMSCorrelationIDAsBytes()).containsExactly(1, -1, 0);
    }

    @Test
    void disabledMessageIdentifierIsNull_3_4_3() throws JMSException {
        producer.setDisableMessageID(true);
        assertThat(sent(session.createMessage()).getJMSMessageID()).isNull();
    }

    @Test
    void propertiesTravelWithTheirTypes_3_5() throws JMSException {
        var message = session.createMessage();
        message.setBooleanProperty("z", true);
        message.setByteProperty("b", (byte) -1);
        message.setShortProperty("h", (short) 2);
        message.setIntProperty("i", 3);
        message.setLongProperty("l", Long.MIN_VALUE);
        message.setFloatProperty("f", 0.1f);
        message.setDoubleProperty("d", Double.NEGATIVE_INFINITY);
        message.setStringProperty("s", "text, é=1");
        message.setStringProperty("n", null);
        message.setIntProperty("JMSXGroupSeq", 9);

        var received = sent(message);

        for (var name : List.of("z", "b", "h", "i", "l", "f", "d", "s", "n", "JMSXGroupSeq")) {
            assertThat(received.propertyExists(name)).isTrue();
            assertThat(received.getObjectProperty(name)).isEqualTo(message.getObjectProperty(name));
        }
    }

    @Test
    void propertiesConvertAsTheTableSays_3_5_4() throws JMSException {
        var message = session.createMessage();
        message.setByteProperty("b", (byte) 5);
        message.setStringProperty("s", "12");
        message.setLongProperty("l", 7);
        message.setFloatProperty("f", 1.5f);
        message.setBooleanProperty("z", true);

        assertThat(message.getLongProperty("b")).isEqualTo(5);
        assertThat(message.getByteProperty("s")).isEqualTo((byte) 12);
        assertThat(message.getDoubleProperty("s")).isEqualTo(12);
        assertThat(message.getDoubleProperty("f")).isEqualTo(1.5);
        assertThat(message.getStringProperty("z")).isEqualTo("true");
        assertThatThrownBy(() -> message.getIntProperty("l")).isInstanceOf(MessageFormatException.class);
        assertThatThrownBy(() -> message.getBooleanProperty("b")).isInstanceOf(MessageFormatException.class);
        assertThatThrownBy(() -> message.getFloatProperty("l")).isInstanceOf(MessageFormatException.class);
        assertThatThrownBy(() -> message.getIntProperty("missing")).isInstanceOf(NumberFormatException.class);
        assertThatThrownBy(() -> message.getDoubleProperty("missing")).isInstanceOf(NullPointerException.class);
        assertThat(message.getBooleanProperty("missing")).isFalse();
        assertThat(message.getStringProperty("missing")).isNull();
    }

    @Test
    void propertyNamesAreIdentifiers_3_5_1() throws JMSException {
        var message = session.createMessage();
        assertThatThrownBy(() -> message.setIntProperty("", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> message.setIntProperty(null, 1)).isInstanceOf(IllegalArgumentException.class);
        for (var name : List.of("a.b", "1a", "a-b", "null", "TRUE", "Between")) {
            assertThatThrownBy(() -> message.setIntProperty(name, 1)).isInstanceOf(JMSException.class);
        }
        assertThatThrownBy(() -> message.setObjectProperty("list", new ArrayList<>()))
                .isInstanceOf(MessageFormatException.class);
        assertThatThrownBy(() -> message.setObjectProperty("char", 'c')).isInstanceOf(MessageFormatException.class);
    }

    @Test
    void receivedMessageIsReadOnlyUntilItIsCleared_3_10() throws JMSException {
        var text = session.createTextMessage("text");
        text.setIntProperty("i", 1);
        var received = sent(text);

        assertThatThrownBy(() -> received.setText("other")).isInstanceOf(MessageNotWriteableException.class);
        assertThatThrownBy(() -> received.setIntProperty("i", 2)).isInstanceOf(MessageNotWriteableException.class);
        received.clearBody();
        assertThat(received.getText()).isNull();
        received.setText("other");
        assertThatThrownBy(() -> received.setIntProperty("i", 2)).isInstanceOf(MessageNotWriteableException.class);
        received.clearProperties();
        assertThat(Collections.list(received.getPropertyNames())).isEmpty();
        received.setIntProperty("i", 2);
    }

    @Test
    void changeAfterTheSendHasNoEffect_3_9() throws JMSException {
        var message = session.createBytesMessage();
        message.writeByte((byte) 1);
        producer.send(message);
        message.clearBody();
        message.writeByte((byte) 2);
        producer.send(message);
        assertThat(((BytesMessage) consumer.receive(SOON)).readByte()).isEqualTo((byte) 1);
        assertThat(((BytesMessage) consumer.receive(SOON)).readByte()).isEqualTo((byte) 2);
    }

    @Test
    void textTravels() throws JMSException {
        assertThat(sent(session.createTextMessage("grüße")).getText()).isEqualTo("grüße");
        assertThat(sent(session.createTextMessage("")).getText()).isEmpty();
        assertThat(sent(session.createTextMessage()).getText()).isNull();
    }

    @Test
    void bytesTravel_3_11() throws JMSException {
        var message = session.createBytesMessage();
        message.writeBoolean(true);
        message.writeChar('x');
        message.writeUTF("utf");
        message.writeDouble(1.25);
        message.writeObject(7L);
        message.writeBytes(new byte[] {1, 2, 3});
        assertThatThrownBy(message::readBoolean).isInstanceOf(MessageNotReadableException.class);
        assertThatThrownBy(message::getBodyLength).isInstanceOf(MessageNotReadableException.class);
        assertThatThrownBy(() -> message.writeObject(List.of())).isInstanceOf(MessageFormatException.class);

        var received = sent(message);

        assertThat(received.getBodyLength()).isEqualTo(1 + 2 + 5 + 8 + 8 + 3);
        assertThat(received.readBoolean()).isTrue();
        assertThat(received.readChar()).isEqualTo('x');
        assertThat(received.readUTF()).isEqualTo("utf");
        assertThat(received.readDouble()).isEqualTo(1.25);
        assertThat(received.readLong()).isEqualTo(7);
        assertThatThrownBy(received::readInt).isInstanceOf(MessageEOFException.class);
        var rest = new byte[8];
        assertThat(received.readBytes(rest)).isEqualTo(3);
        assertThat(received.readBytes(rest)).isEqualTo(-1);
        assertThatThrownBy(() -> received.writeByte((byte) 0)).isInstanceOf(MessageNotWriteableException.class);
    }

    @Test
    void mapsTravelAndConvert_3_11_3() throws JMSException {
        MapMessage message = session.createMapMessage();
        message.setInt("i", 1);
        message.setChar("c", 'c');
        message.setBytes("a", new byte[] {4, 5});
        message.setString("s", "3");
        message.setObject("n", null);
        assertThatThrownBy(() -> message.setObject("o", new Object())).isInstanceOf(MessageFormatException.class);
        assertThatThrownBy(() -> message.setInt("", 1)).isInstanceOf(IllegalArgumentException.class);

        var received = sent(message);

        assertThat(Collections.list(received.getMapNames())).asList().containsExactly("i", "c", "a", "s", "n");
        assertThat(received.getLong("i")).isEqualTo(1);
        assertThat(received.getChar("c")).isEqualTo('c');
        assertThat(received.getString("c")).isEqualTo("c");
        assertThat(received.getBytes("a")).containsExactly(4, 5);
        assertThat(received.getShort("s")).isEqualTo((short) 3);
        assertThat(received.itemExists("n")).isTrue();
        assertThatThrownBy(() -> received.getInt("c")).isInstanceOf(MessageFormatException.class);
        assertThatThrownBy(() -> received.getString("a")).isInstanceOf(MessageFormatException.class);
        assertThatThrownBy(() -> received.getChar("n")).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> received.setInt("i", 2)).isInstanceOf(MessageNotWriteableException.class);
        assertThat(received.getBody(Map.class)).containsKeys("i", "c", "a", "s", "n");
    }

    @Test
    void streamsTravelAndAFailedReadDoesNotMoveOn_3_11_3() throws JMSException {
        StreamMessage message = session.createStreamMessage();
        message.writeString("x");
        message.writeLong(5);
        message.writeBytes(new byte[] {1, 2, 3, 4, 5});
        message.writeObject(null);
        assertThatThrownBy(message::readLong).isInstanceOf(MessageNotReadableException.class);

        var received = sent(message);

        assertThatThrownBy(received::readInt).isInstanceOf(NumberFormatException.class);
        assertThat(received.readString()).isEqualTo("x");
        assertThatThrownBy(received::readInt).isInstanceOf(MessageFormatException.class);
        assertThat(received.readLong()).isEqualTo(5);
        var part = new byte[3];
        assertThat(received.readBytes(part)).isEqualTo(3);
        assertThatThrownBy(received::readObject).isInstanceOf(MessageFormatException.class);
        assertThat(received.readBytes(part)).isEqualTo(2);
        assertThat(received.readObject()).isNull();
        assertThatThrownBy(received::readObject).isInstanceOf(MessageEOFException.class);
        received.reset();
        assertThat(received.readString()).isEqualTo("x");
        assertThatThrownBy(() -> received.writeInt(1)).isInstanceOf(MessageNotWriteableException.class);
    }

    @Test
    void bytesThatFillTheArrayExactlyEndWithMinusOne() throws JMSException {
        StreamMessage message = session.createStreamMessage();
        message.writeBytes(new byte[] {1, 2, 3});
        message.writeInt(4);
        message.reset();
        var part = new byte[3];
        assertThat(message.readBytes(part)).isEqualTo(3);
        assertThat(message.readBytes(part)).isEqualTo(-1);
        assertThat(message.readInt()).isEqualTo(4);
    }

    record Order(String id) implements Serializable {}

    @Test
    void objectsTravelWhereTheirClassesAreTrusted() throws JMSException {
        ObjectMessage list = session.createObjectMessage(new ArrayList<>(List.of("a", 1, new byte[] {1})));
        assertThat(sent(list).getObject()).isInstanceOf(ArrayList.class);

        ObjectMessage own = session.createObjectMessage(new Order("1"));
        assertThat(own.getObject()).isEqualTo(new Order("1"));
        var received = sent(own);
        assertThatThrownBy(received::getObject)
                .isInstanceOf(MessageFormatException.class)
                .hasMessageContaining("trustedPackages");
    }

    @Test
    void objectIsCopiedWhenItIsSet_3_12() throws JMSException {
        var list = new ArrayList<>(List.of("a"));
        ObjectMessage message = session.createObjectMessage(list);
        list.add("b");
        assertThat(message.getObject()).isEqualTo(List.of("a"));
    }

    @Test
    void bodyIsHadAsTheTypesThatFit() throws JMSException {
        TextMessage text = session.createTextMessage("t");
        assertThat(text.isBodyAssignableTo(CharSequence.class)).isTrue();
        assertThat(text.getBody(CharSequence.class)).isEqualTo("t");
        assertThat(text.isBodyAssignableTo(Map.class)).isFalse();
        assertThatThrownBy(() -> text.getBody(Map.class)).isInstanceOf(MessageFormatException.class);

        var bytes = session.createBytesMessage();
        assertThat(bytes.getBody(byte[].class)).isNull();
        bytes.writeInt(1);
        assertThat(bytes.getBody(byte[].class)).containsExactly(0, 0, 0, 1);
        assertThat(bytes.getBody(Object.class)).isInstanceOf(byte[].class);

        var stream = session.createStreamMessage();
        assertThat(stream.isBodyAssignableTo(Object.class)).isFalse();
        assertThatThrownBy(() -> stream.getBody(Object.class)).isInstanceOf(MessageFormatException.class);

        assertThat(session.createMessage().isBodyAssignableTo(String.class)).isTrue();
        assertThat(session.createMessage().getBody(String.class)).isNull();
    }

    @Test
    void receivedMessageCanBeSentOn() throws JMSException {
        var text = session.createTextMessage("forwarded");
        text.setStringProperty("s", "1");
        var received = sent(text);
        producer.send(received);
        var again = (TextMessage) consumer.receive(SOON);
        assertThat(again.getText()).isEqualTo("forwarded");
        assertThat(again.getLongProperty("JMS_Isthmus_Offset")).isEqualTo(1);
        assertThat(again.getStringProperty("s")).isEqualTo("1");
    }
}
