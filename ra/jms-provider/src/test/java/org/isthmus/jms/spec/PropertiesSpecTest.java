package org.isthmus.jms.spec;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageNotWriteableException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Properties (§3.5), beyond the tables of conversion. */
class PropertiesSpecTest extends SpecTest {
    private Message travelled(Message message) throws JMSException {
        var queue = queue();
        var session = session();
        session.createProducer(queue).send(message);
        return session.createConsumer(queue).receive(SOON);
    }

    private static List<ThrowingCallable> setters(Message message, String name) {
        return List.of(
                () -> message.setBooleanProperty(name, true),
                () -> message.setByteProperty(name, (byte) 1),
                () -> message.setShortProperty(name, (short) 1),
                () -> message.setIntProperty(name, 1),
                () -> message.setLongProperty(name, 1),
                () -> message.setFloatProperty(name, 1),
                () -> message.setDoubleProperty(name, 1),
                () -> message.setStringProperty(name, "1"),
                () -> message.setObjectProperty(name, 1));
    }

    @Test
    void everySetterNeedsAName_3_5_1() throws JMSException {
        var message = session().createMessage();
        for (var name : new String[] {"", null}) {
            refused(IllegalArgumentException.class, setters(message, name).toArray(ThrowingCallable[]::new));
        }
    }

    @Test
    void everySetterIsRefusedOnAReceivedMessageUntilItsPropertiesAreCleared_3_5_2() throws Throwable {
        var message = session().createMessage();
        message.setIntProperty("before", 1);
        var received = travelled(message);
        refused(MessageNotWriteableException.class, setters(received, "p").toArray(ThrowingCallable[]::new));
        received.clearBody();
        refused(MessageNotWriteableException.class, setters(received, "p").toArray(ThrowingCallable[]::new));
        assertThat(received.getIntProperty("before")).isEqualTo(1);
        received.clearProperties();
        assertThat(received.propertyExists("before")).isFalse();
        for (var setter : setters(received, "p")) {
            setter.call();
        }
    }

    @Test
    void clearingPropertiesLeavesHeadersAndBody_3_5_7() throws JMSException {
        var message = session().createTextMessage("body");
        message.setJMSType("kind");
        message.setIntProperty("p", 1);
        message.clearProperties();
        assertThat(message.getPropertyNames().hasMoreElements()).isFalse();
        assertThat(message.getText()).isEqualTo("body");
        assertThat(message.getJMSType()).isEqualTo("kind");
    }

    @Test
    void namesAreThoseOfPropertiesAndNotOfHeaders_3_5_6() throws JMSException {
        var message = session().createMessage();
        message.setJMSType("kind");
        message.setJMSCorrelationID("c");
        message.setStringProperty("p", "1");
        var names = new ArrayList<String>();
        for (var name : Collections.list(travelled(message).getPropertyNames())) {
            names.add(name.toString());
        }
        assertThat(names).contains("p", "JMSXDeliveryCount").doesNotContain("JMSType", "JMSCorrelationID");
        assertThat(names).allMatch(it -> it.equals("p") || it.startsWith("JMSX") || it.startsWith("JMS_Isthmus_"));
    }

    @Test
    void lastValueOfAPropertyCounts_3_5() throws JMSException {
        var message = session().createMessage();
        message.setIntProperty("p", 1);
        message.setStringProperty("p", "two");
        assertThat(travelled(message).getObjectProperty("p")).isEqualTo("two");
    }

    @Test
    void whatTheProviderSetsCannotBeSetByASender_3_5_9() throws JMSException {
        var message = session().createMessage();
        message.setIntProperty("JMSXDeliveryCount", 9);
        message.setStringProperty("JMSXGroupID", "group");
        message.setIntProperty("JMSXGroupSeq", 3);
        var received = travelled(message);
        assertThat(received.getIntProperty("JMSXDeliveryCount")).isEqualTo(1);
        assertThat(received.getStringProperty("JMSXGroupID")).isEqualTo("group");
        assertThat(received.getIntProperty("JMSXGroupSeq")).isEqualTo(3);
    }

    @Test
    void changesAfterTheSendStayWithTheSender_3_9() throws JMSException {
        var session = session();
        var queue = queue();
        var message = session.createTextMessage("one");
        message.setIntProperty("p", 1);
        var producer = session.createProducer(queue);
        producer.send(message);
        message.setIntProperty("p", 2);
        message.setText("two");
        producer.send(message);
        var consumer = session.createConsumer(queue);
        var first = consumer.receive(SOON);
        assertThat(first.getIntProperty("p")).isEqualTo(1);
        assertThat(text(first)).isEqualTo("one");
        assertThat(consumer.receive(SOON).getIntProperty("p")).isEqualTo(2);
    }
}
