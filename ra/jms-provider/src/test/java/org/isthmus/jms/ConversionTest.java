package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import jakarta.jms.StreamMessage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Which value is read as which type: the whole tables of §3.5.4 (properties) and §3.11.3 (maps and streams), before and after travelling. */
class ConversionTest extends RealBrokerTest {
    private interface Read {
        Object of(Message message) throws JMSException;
    }

    private static final List<String> TYPES =
            List.of("boolean", "byte", "short", "char", "int", "long", "float", "double", "String", "byte[]");

    private static final Map<String, Object> VALUES = new LinkedHashMap<>();

    /** What each type of value may be read as. */
    private static final Map<String, List<String>> TABLE = new LinkedHashMap<>();

    static {
        row("boolean", true, "boolean", "String");
        row("byte", (byte) 1, "byte", "short", "int", "long", "String");
        row("short", (short) 2, "short", "int", "long", "String");
        row("char", 'c', "char", "String");
        row("int", 3, "int", "long", "String");
        row("long", 4L, "long", "String");
        row("float", 5.5f, "float", "double", "String");
        row("double", 6.25, "double", "String");
        row("String", "7", "boolean", "byte", "short", "int", "long", "float", "double", "String");
        row("byte[]", new byte[] {8}, "byte[]");
    }

    private static void row(String type, Object value, String... readable) {
        VALUES.put(type, value);
        TABLE.put(type, List.of(readable));
    }

    private static boolean isOfProperties(String type) {
        return !type.equals("char") && !type.equals("byte[]");
    }

    private Message travelled(Message message) throws JMSException {
        var session = session();
        var topic = topic("conversions");
        var consumer = session.createConsumer(topic);
        session.createProducer(topic).send(message);
        return consumer.receive(SOON);
    }

    private static void check(String what, Message message, String from, String to, Read read) {
        Object outcome;
        try {
            outcome = read.of(message);
        } catch (JMSException e) {
            outcome = e;
        }
        if (TABLE.get(from).contains(to)) {
            assertThat(outcome).as(what + ": " + from + " as " + to).isNotInstanceOf(Exception.class);
        } else {
            assertThat(outcome).as(what + ": " + from + " as " + to).isInstanceOf(MessageFormatException.class);
        }
    }

    @Test
    void propertiesConvertAsTheTableSays_3_5_4() throws JMSException {
        var message = session().createMessage();
        for (var from : TYPES) {
            if (isOfProperties(from)) {
                message.setObjectProperty("p" + from, VALUES.get(from));
            }
        }
        for (var read : List.of(message, travelled(message))) {
            for (var from : TYPES) {
                for (var to : TYPES) {
                    if (isOfProperties(from) && isOfProperties(to)) {
                        check("property", read, from, to, it -> property(it, "p" + from, to));
                    }
                }
                if (isOfProperties(from)) {
                    assertThat(read.getObjectProperty("p" + from)).isEqualTo(VALUES.get(from));
                }
            }
        }
    }

    private static Object property(Message message, String name, String type) throws JMSException {
        return switch (type) {
            case "boolean" -> message.getBooleanProperty(name);
            case "byte" -> message.getByteProperty(name);
            case "short" -> message.getShortProperty(name);
            case "int" -> message.getIntProperty(name);
            case "long" -> message.getLongProperty(name);
            case "float" -> message.getFloatProperty(name);
            case "double" -> message.getDoubleProperty(name);
            default -> message.getStringProperty(name);
        };
    }

    @Test
    void entriesOfMapsConvertAsTheTableSays_3_11_3() throws JMSException {
        var map = session().createMapMessage();
        for (var from : TYPES) {
            map.setObject(from, VALUES.get(from));
        }
        for (var read : List.of(map, (MapMessage) travelled(map))) {
            for (var from : TYPES) {
                for (var to : TYPES) {
                    check("entry", read, from, to, it -> entry((MapMessage) it, from, to));
                }
                assertThat(read.getObject(from)).isEqualTo(VALUES.get(from));
            }
        }
    }

    private static Object entry(MapMessage map, String name, String type) throws JMSException {
        return switch (type) {
            case "boolean" -> map.getBoolean(name);
            case "byte" -> map.getByte(name);
            case "short" -> map.getShort(name);
            case "char" -> map.getChar(name);
            case "int" -> map.getInt(name);
            case "long" -> map.getLong(name);
            case "float" -> map.getFloat(name);
            case "double" -> map.getDouble(name);
            case "String" -> map.getString(name);
            default -> map.getBytes(name);
        };
    }

    @Test
    void valuesOfStreamsConvertAsTheTableSays_3_11_3() throws JMSException {
        for (var from : TYPES) {
            var stream = session().createStreamMessage();
            stream.writeObject(VALUES.get(from));
            var travelled = (StreamMessage) travelled(stream);
            for (var to : TYPES) {
                travelled.reset();
                check("value", travelled, from, to, it -> value((StreamMessage) it, to));
            }
            travelled.reset();
            assertThat(travelled.readObject()).isEqualTo(VALUES.get(from));
        }
    }

    private static Object value(StreamMessage stream, String type) throws JMSException {
        return switch (type) {
            case "boolean" -> stream.readBoolean();
            case "byte" -> stream.readByte();
            case "short" -> stream.readShort();
            case "char" -> stream.readChar();
            case "int" -> stream.readInt();
            case "long" -> stream.readLong();
            case "float" -> stream.readFloat();
            case "double" -> stream.readDouble();
            case "String" -> stream.readString();
            default -> stream.readBytes(new byte[9]);
        };
    }

    @Test
    void textThatIsNoNumberAndNullAreReadAsValueOfReadsThem_3_5_4() throws JMSException {
        var message = session().createMessage();
        message.setStringProperty("text", "x");
        message.setStringProperty("nothing", null);
        for (var type : List.of("byte", "short", "int", "long", "float", "double")) {
            assertThat(thrown(() -> property(message, "text", type)))
                    .as(type)
                    .isInstanceOf(NumberFormatException.class);
            var absent = type.equals("float") || type.equals("double")
                    ? NullPointerException.class
                    : NumberFormatException.class;
            for (var name : List.of("nothing", "absent")) {
                assertThat(thrown(() -> property(message, name, type))).as(type).isInstanceOf(absent);
            }
        }
        assertThat(message.getBooleanProperty("text")).isFalse();
        assertThat(message.getBooleanProperty("absent")).isFalse();
        assertThat(message.getStringProperty("absent")).isNull();
        assertThat(message.getObjectProperty("absent")).isNull();
        assertThat(message.propertyExists("nothing")).isTrue();
        assertThat(message.propertyExists("absent")).isFalse();
    }

    private static Object thrown(JmsErrors.Action action) throws JMSException {
        try {
            action.run();
            return "nothing was thrown";
        } catch (RuntimeException e) {
            return e;
        }
    }

    @Test
    void namesAreListedAndReservedWordsAreNone_3_5_1() throws JMSException {
        var message = session().createMessage();
        for (var word : List.of("NULL", "true", "False", "not", "AND", "or", "between", "like", "in", "is", "escape")) {
            assertThat(outcome(() -> message.setIntProperty(word, 1))).as(word).isInstanceOf(JMSException.class);
        }
        for (var name : new String[] {"", null}) {
            assertThat(thrown(() -> message.setIntProperty(name, 1))).isInstanceOf(IllegalArgumentException.class);
            assertThat(thrown(() -> session().createMapMessage().setInt(name, 1)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        for (var value : new Object[] {'c', new byte[0], List.of()}) {
            assertThat(outcome(() -> message.setObjectProperty("p", value))).isInstanceOf(MessageFormatException.class);
        }
        assertThat(outcome(() -> session().createMapMessage().setObject("p", List.of())))
                .isInstanceOf(MessageFormatException.class);
        assertThat(outcome(() -> session().createStreamMessage().writeObject(List.of())))
                .isInstanceOf(MessageFormatException.class);
        message.setIntProperty("$a", 1);
        message.setIntProperty("_b", 2);
        var names = new TreeSet<String>();
        for (var all = message.getPropertyNames(); all.hasMoreElements(); ) {
            names.add(all.nextElement().toString());
        }
        assertThat(names).containsExactly("$a", "_b");
        message.clearProperties();
        assertThat(message.getPropertyNames().hasMoreElements()).isFalse();
    }

    @Test
    void partsOfArraysLieWithinThem() throws JMSException {
        var bytes = new byte[] {1, 2, 3};
        var map = session().createMapMessage();
        map.setBytes("part", bytes, 1, 2);
        assertThat(map.getBytes("part")).containsExactly(2, 3);
        assertThat(thrown(() -> map.setBytes("beyond", bytes, 2, 2))).isInstanceOf(IndexOutOfBoundsException.class);
        var stream = session().createStreamMessage();
        assertThat(thrown(() -> stream.writeBytes(bytes, 2, 2))).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
