package org.isthmus.jms.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.BytesMessage;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageEOFException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageNotReadableException;
import jakarta.jms.MessageNotWriteableException;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Session;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bodies (§3.10, §3.11) and the calls that each type of message has for its own. */
class MessageBodiesSpecTest extends SpecTest {
    private Session session;

    @BeforeEach
    void open() throws JMSException {
        session = session();
    }

    @SuppressWarnings("unchecked")
    private <M extends Message> M travelled(M message) throws JMSException {
        var queue = queue();
        session.createProducer(queue).send(message);
        return (M) session.createConsumer(queue).receive(SOON);
    }

    private static ThrowingCallable[] writes(BytesMessage it) {
        return new ThrowingCallable[] {
            () -> it.writeBoolean(true),
            () -> it.writeByte((byte) 1),
            () -> it.writeShort((short) 1),
            () -> it.writeChar('c'),
            () -> it.writeInt(1),
            () -> it.writeLong(1),
            () -> it.writeFloat(1),
            () -> it.writeDouble(1),
            () -> it.writeUTF("u"),
            () -> it.writeBytes(new byte[1]),
            () -> it.writeBytes(new byte[2], 1, 1),
            () -> it.writeObject(1)
        };
    }

    private static ThrowingCallable[] reads(BytesMessage it) {
        return new ThrowingCallable[] {
            it::readBoolean,
            it::readByte,
            it::readUnsignedByte,
            it::readShort,
            it::readUnsignedShort,
            it::readChar,
            it::readInt,
            it::readLong,
            it::readFloat,
            it::readDouble,
            it::readUTF
        };
    }

    private static ThrowingCallable[] writes(StreamMessage it) {
        return new ThrowingCallable[] {
            () -> it.writeBoolean(true),
            () -> it.writeByte((byte) 1),
            () -> it.writeShort((short) 1),
            () -> it.writeChar('c'),
            () -> it.writeInt(1),
            () -> it.writeLong(1),
            () -> it.writeFloat(1),
            () -> it.writeDouble(1),
            () -> it.writeString("s"),
            () -> it.writeBytes(new byte[1]),
            () -> it.writeBytes(new byte[2], 1, 1),
            () -> it.writeObject(1)
        };
    }

    private static ThrowingCallable[] reads(StreamMessage it) {
        return new ThrowingCallable[] {
            it::readBoolean,
            it::readByte,
            it::readShort,
            it::readChar,
            it::readInt,
            it::readLong,
            it::readFloat,
            it::readDouble,
            it::readString,
            it::readObject,
            () -> it.readBytes(new byte[1])
        };
    }

    private static ThrowingCallable[] sets(MapMessage it, String name) {
        return new ThrowingCallable[] {
            () -> it.setBoolean(name, true),
            () -> it.setByte(name, (byte) 1),
            () -> it.setShort(name, (short) 1),
            () -> it.setChar(name, 'c'),
            () -> it.setInt(name, 1),
            () -> it.setLong(name, 1),
            () -> it.setFloat(name, 1),
            () -> it.setDouble(name, 1),
            () -> it.setString(name, "s"),
            () -> it.setBytes(name, new byte[1]),
            () -> it.setBytes(name, new byte[2], 1, 1),
            () -> it.setObject(name, 1)
        };
    }

    @Test
    void bytesAreWrittenThenReadAndNeverBoth_3_11_and_10() throws Throwable {
        var message = session.createBytesMessage();
        for (var write : writes(message)) {
            write.call();
        }
        refused(MessageNotReadableException.class, reads(message));
        refused(
                MessageNotReadableException.class,
                message::getBodyLength,
                () -> message.readBytes(new byte[1]),
                () -> message.readBytes(new byte[1], 1));
        var received = travelled(message);
        refused(MessageNotWriteableException.class, writes(received));
        message.reset();
        refused(MessageNotWriteableException.class, writes(message));
        message.clearBody();
        refused(MessageNotReadableException.class, reads(message));
        message.writeByte((byte) 7);
        message.reset();
        assertThat(message.readByte()).isEqualTo((byte) 7);
        refused(MessageEOFException.class, reads(message));
    }

    @Test
    void bytesAreReadAsUnsignedAndWithinTheArray() throws JMSException {
        var message = session.createBytesMessage();
        message.writeByte((byte) -1);
        message.writeShort((short) -1);
        message.writeBytes(new byte[] {1, 2, 3});
        message.reset();
        assertThat(message.readUnsignedByte()).isEqualTo(255);
        assertThat(message.readUnsignedShort()).isEqualTo(65535);
        var into = new byte[2];
        refused(IndexOutOfBoundsException.class, () -> message.readBytes(into, 3), () -> message.readBytes(into, -1));
        assertThat(message.readBytes(into, 1)).isEqualTo(1);
        assertThat(message.readBytes(into)).isEqualTo(2);
        assertThat(message.readBytes(into)).isEqualTo(-1);
        refused(NullPointerException.class, () -> session.createBytesMessage().writeObject(null));
        refused(MessageFormatException.class, () -> session.createBytesMessage().writeObject(new Object()));
    }

    @Test
    void streamIsWrittenThenReadAndNeverBoth_3_11_and_10() throws Throwable {
        var message = session.createStreamMessage();
        for (var write : writes(message)) {
            write.call();
        }
        refused(MessageNotReadableException.class, reads(message));
        var received = travelled(message);
        refused(MessageNotWriteableException.class, writes(received));
        message.clearBody();
        refused(MessageNotReadableException.class, reads(message));
        message.reset();
        refused(MessageEOFException.class, reads(message));
        refused(MessageNotWriteableException.class, writes(message));
    }

    @Test
    void nullsInAStreamAreReadAsTheTypesSay_3_11_3() throws JMSException {
        var message = session.createStreamMessage();
        message.writeString(null);
        message.writeBytes(null);
        message.writeObject(null);
        var received = travelled(message);
        refused(
                NumberFormatException.class,
                received::readByte,
                received::readShort,
                received::readInt,
                received::readLong);
        refused(NullPointerException.class, received::readFloat, received::readDouble, received::readChar);
        assertThat(received.readString()).isNull();
        assertThat(received.readBytes(new byte[1])).isEqualTo(-1);
        assertThat(received.readObject()).isNull();
    }

    @Test
    void mapIsReadOnlyOnceReceivedUntilItIsCleared_3_10() throws Throwable {
        var message = session.createMapMessage();
        for (var set : sets(message, "e")) {
            set.call();
        }
        var received = travelled(message);
        refused(MessageNotWriteableException.class, sets(received, "e"));
        received.clearBody();
        assertThat(received.getMapNames().hasMoreElements()).isFalse();
        received.setInt("e", 2);
        assertThat(received.getInt("e")).isEqualTo(2);
        for (var name : new String[] {"", null}) {
            refused(IllegalArgumentException.class, sets(message, name));
        }
    }

    @Test
    void entryThatIsNotThereIsNull_3_11_3() throws JMSException {
        var message = session.createMapMessage();
        assertThat(message.itemExists("e")).isFalse();
        assertThat(message.getObject("e")).isNull();
        assertThat(message.getString("e")).isNull();
        assertThat(message.getBytes("e")).isNull();
        assertThat(message.getBoolean("e")).isFalse();
        refused(
                NumberFormatException.class,
                () -> message.getByte("e"),
                () -> message.getShort("e"),
                () -> message.getInt("e"),
                () -> message.getLong("e"));
        refused(
                NullPointerException.class,
                () -> message.getFloat("e"),
                () -> message.getDouble("e"),
                () -> message.getChar("e"));
    }

    @Test
    void bytesInsideAMessageAreItsOwn() throws JMSException {
        var bytes = new byte[] {1};
        var map = session.createMapMessage();
        map.setBytes("b", bytes);
        map.setObject("o", bytes);
        bytes[0] = 2;
        map.getBytes("b")[0] = 3;
        assertThat(map.getBytes("b")).containsExactly(1);
        assertThat((byte[]) map.getObject("o")).containsExactly(1);
    }

    @Test
    void textAndObjectAreReadOnlyOnceReceivedUntilTheyAreCleared_3_10() throws JMSException {
        TextMessage text = travelled(session.createTextMessage("t"));
        refused(MessageNotWriteableException.class, () -> text.setText("u"));
        ObjectMessage object = travelled(session.createObjectMessage("o"));
        refused(MessageNotWriteableException.class, () -> object.setObject("u"));
        text.clearBody();
        object.clearBody();
        assertThat(text.getText()).isNull();
        assertThat(object.getObject()).isNull();
        text.setText("u");
        object.setObject("u");
    }

    @Test
    void objectThatCannotBeSerializedIsRefused_10_3() throws JMSException {
        var unserializable = new ArrayList<>(List.of(new Object()));
        refused(
                MessageFormatException.class,
                () -> session.createObjectMessage().setObject(unserializable),
                () -> session.createObjectMessage(unserializable));
    }

    @Test
    void bodyIsHadAsWhatItIsAndNothingElse_3_11_and_getBody() throws JMSException {
        var map = session.createMapMessage();
        map.setInt("i", 1);
        var bytes = session.createBytesMessage();
        bytes.writeByte((byte) 1);
        var stream = session.createStreamMessage();
        stream.writeInt(1);
        check(travelled(session.createTextMessage("t")), String.class, Map.class);
        check(travelled(map), Map.class, String.class);
        check(travelled(bytes), byte[].class, String.class);
        check(travelled(session.createObjectMessage(7)), Integer.class, String.class);
        assertThat(travelled(stream).isBodyAssignableTo(Object.class)).isFalse();
        refused(MessageFormatException.class, () -> travelled(stream).getBody(Object.class));
        for (var empty : new Message[] {
            session.createMessage(),
            session.createTextMessage(),
            session.createMapMessage(),
            session.createBytesMessage(),
            session.createObjectMessage()
        }) {
            assertThat(empty.isBodyAssignableTo(Integer.class)).isTrue();
            assertThat(empty.getBody(Integer.class)).isNull();
        }
    }

    private static void check(Message message, Class<?> fits, Class<?> doesNot) throws JMSException {
        assertThat(message.isBodyAssignableTo(fits)).isTrue();
        assertThat(message.isBodyAssignableTo(Object.class)).isTrue();
        assertThat(message.isBodyAssignableTo(doesNot)).isFalse();
        assertThat(message.getBody(fits)).isInstanceOf(fits);
        assertThat(message.getBody(Object.class)).isInstanceOf(fits);
        assertThatThrownBy(() -> message.getBody(doesNot)).isInstanceOf(MessageFormatException.class);
    }

    @Test
    void redeliveredBodyIsReadFromItsBeginning_3_10() throws JMSException {
        var queue = queue();
        var bytes = session.createBytesMessage();
        bytes.writeInt(5);
        session.createProducer(queue).send(bytes);
        var receiving = session(Session.CLIENT_ACKNOWLEDGE);
        var consumer = receiving.createConsumer(queue);
        assertThat(((BytesMessage) consumer.receive(SOON)).readInt()).isEqualTo(5);
        receiving.recover();
        assertThat(((BytesMessage) consumer.receive(SOON)).readInt()).isEqualTo(5);
    }

    @Test
    void whatAConsumerMadeOfAMessageIsNotWhatComesAgain_3_10() throws JMSException {
        var queue = queue();
        var topic = topic();
        for (int mode : new int[] {Session.CLIENT_ACKNOWLEDGE, Session.SESSION_TRANSACTED}) {
            var receiving = session(mode);
            for (Destination destination : new Destination[] {queue, topic}) {
                var consumer = receiving.createConsumer(destination);
                var sent = session.createMapMessage();
                sent.setBytes("b", new byte[] {1});
                sent.setStringProperty("p", "original");
                session.createProducer(destination).send(sent);
                var received = (MapMessage) consumer.receive(SOON);
                received.getBytes("b")[0] = 2;
                received.clearBody();
                received.setInt("other", 1);
                received.clearProperties();
                received.setStringProperty("p", "changed");
                received.setJMSType("changed");
                if (mode == Session.SESSION_TRANSACTED) {
                    receiving.rollback();
                } else {
                    receiving.recover();
                }
                var again = (MapMessage) consumer.receive(SOON);
                assertThat(again.getJMSRedelivered()).isTrue();
                assertThat(again.getBytes("b")).containsExactly(1);
                assertThat(again.itemExists("other")).isFalse();
                assertThat(again.getStringProperty("p")).isEqualTo("original");
                assertThat(again.getJMSType()).isNull();
                if (mode == Session.SESSION_TRANSACTED) {
                    receiving.commit();
                } else {
                    again.acknowledge();
                }
                consumer.close();
            }
        }
    }

    @Test
    void objectsAreCopiedIntoAMessageAndOutOfIt_3_12() throws JMSException {
        var bytes = new byte[] {1};
        var stream = session.createStreamMessage();
        stream.writeBytes(bytes);
        stream.writeObject(bytes);
        var raw = session.createBytesMessage();
        raw.writeBytes(bytes);
        raw.writeObject(bytes);
        bytes[0] = 2;
        stream.reset();
        raw.reset();
        var read = new byte[2];
        assertThat(stream.readBytes(read)).isEqualTo(1);
        assertThat(read[0]).isEqualTo((byte) 1);
        ((byte[]) stream.readObject())[0] = 3;
        stream.reset();
        stream.readObject();
        assertThat((byte[]) stream.readObject()).containsExactly(1);
        raw.getBody(byte[].class)[0] = 3;
        assertThat(raw.getBody(byte[].class)).containsExactly(1, 1);

        var list = new ArrayList<>(List.of("a"));
        var object = session.createObjectMessage(list);
        list.add("b");
        ((List<?>) object.getObject()).clear();
        ((List<?>) object.getBody(ArrayList.class)).clear();
        assertThat(object.getObject()).isEqualTo(List.of("a"));

        refused(NullPointerException.class, () -> session.createBytesMessage().writeObject(null));
    }
}
