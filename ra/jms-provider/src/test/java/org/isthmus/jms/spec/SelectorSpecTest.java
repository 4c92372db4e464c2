package org.isthmus.jms.spec;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.DeliveryMode;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.QueueBrowser;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** §3.8: the broker selects for a queue and the provider for a consumer of a topic, and both by the same rules. */
final class SelectorSpecTest extends SpecTest {
    /** What makes a message one that fits, or one that does not. */
    private interface Making {
        void make(Message message, MessageProducer producer) throws JMSException;
    }

    private record Case(String selector, Making fits, Making misses) {
        @Override
        public String toString() {
            return selector;
        }
    }

    static Stream<Case> selectors() {
        return Stream.of(
                new Case("JMSType = 'a'", (it, by) -> it.setJMSType("a"), (it, by) -> it.setJMSType("A")),
                new Case(
                        "JMSCorrelationID LIKE 'a!_%' ESCAPE '!'",
                        (it, by) -> it.setJMSCorrelationID("a_b"), (it, by) -> it.setJMSCorrelationID("a.b")),
                new Case(
                        "JMSMessageID LIKE 'ID:%'",
                        (it, by) -> by.setDisableMessageID(false), (it, by) -> by.setDisableMessageID(true)),
                new Case("JMSTimestamp > 0 AND a", (it, by) -> it.setBooleanProperty("a", true), (it, by) -> {}),
                new Case(
                        "JMSDeliveryTime > 0 AND NOT a",
                        (it, by) -> it.setBooleanProperty("a", false),
                        (it, by) -> it.setBooleanProperty("a", true)),
                new Case(
                        "JMSPriority BETWEEN 5 AND 9",
                        (it, by) -> by.setPriority(7),
                        (it, by) -> by.setPriority(Message.DEFAULT_PRIORITY)),
                new Case(
                        "JMSDeliveryMode = 'NON_PERSISTENT'",
                        (it, by) -> by.setDeliveryMode(DeliveryMode.NON_PERSISTENT),
                        (it, by) -> by.setDeliveryMode(DeliveryMode.PERSISTENT)),
                new Case(
                        "JMSDeliveryMode <> 'NON_PERSISTENT'",
                        (it, by) -> by.setDeliveryMode(DeliveryMode.PERSISTENT),
                        (it, by) -> by.setDeliveryMode(DeliveryMode.NON_PERSISTENT)),
                new Case(
                        "a = -9223372036854775808L AND b = 0x1d AND c = 035",
                        (it, by) -> numbers(it, Long.MIN_VALUE, 29, 29),
                        (it, by) -> numbers(it, Long.MIN_VALUE, 29, 35)),
                new Case(
                        "a = 7E3 AND b > 6. AND c < .7e1",
                        (it, by) -> numbers(it, 7000.0, 6.5f, (short) 6),
                        (it, by) -> numbers(it, 7000.0, 6.5f, (byte) 7)),
                new Case(
                        "$a = TRUE and _a <> true and A = 'it''s'",
                        (it, by) -> names(it, "it's"),
                        (it, by) -> names(it, "it''s")),
                new Case(
                        "a NOT IN ('1', '2')",
                        (it, by) -> it.setStringProperty("a", "3"),
                        (it, by) -> it.setIntProperty("a", 3)),
                new Case(
                        "a NOT LIKE '1%'",
                        (it, by) -> it.setStringProperty("a", "3"), (it, by) -> it.setIntProperty("a", 3)),
                new Case(
                        "a NOT BETWEEN 1 AND 2",
                        (it, by) -> it.setIntProperty("a", 3),
                        (it, by) -> it.setStringProperty("a", "3")),
                new Case("a IS NULL", (it, by) -> it.setStringProperty("A", "b"), (it, by) -> numbers(it, 1, 2, 3)),
                new Case(
                        "a IS NOT NULL", (it, by) -> numbers(it, 1, 2, 3), (it, by) -> it.setStringProperty("a", null)),
                new Case(
                        "- a + b * 2 - c / 2 = 3", (it, by) -> numbers(it, 1, 3, 4), (it, by) -> numbers(it, 1, 3, 6)));
    }

    private static void numbers(Message message, Object a, Object b, Object c) throws JMSException {
        message.setObjectProperty("a", a);
        message.setObjectProperty("b", b);
        message.setObjectProperty("c", c);
    }

    private static void names(Message message, String text) throws JMSException {
        message.setBooleanProperty("$a", true);
        message.setBooleanProperty("_a", false);
        message.setStringProperty("A", text);
    }

    @ParameterizedTest
    @MethodSource("selectors")
    void messageIsSelectedAlikeForAQueueAndForATopic_3_8_1(Case it) throws JMSException {
        var session = session();
        for (var from : List.of(session.createTemporaryQueue(), session.createTemporaryTopic())) {
            var consumer = session.createConsumer(from, it.selector());
            var producer = session.createProducer(from);
            var missing = session.createTextMessage("misses");
            it.misses().make(missing, producer);
            producer.send(missing);
            var fitting = session.createTextMessage("fits");
            it.fits().make(fitting, producer);
            producer.send(fitting);
            assertThat(text(consumer.receive(SOON))).as("%s", from).isEqualTo("fits");
        }
    }

    private interface Selecting {
        Object by(String selector) throws JMSException;
    }

    @Test
    void selectorMayBeLongAndIsRefusedWhereItIsTooLong_3_8_1() throws JMSException {
        var session = session();
        var queue = queue();
        var topic = topic();
        var isLong = "a = 1 OR ".repeat(4_000) + "a = 7";
        var isTooLong = "a = 1 OR ".repeat(50_000) + "a = 7";
        for (Selecting selecting : new Selecting[] {
            selector -> session.createConsumer(queue, selector),
            selector -> session.createConsumer(topic, selector),
            selector -> session.createSharedConsumer(topic, own("shared"), selector),
            selector -> session.createSharedDurableConsumer(topic, own("durable"), selector),
            selector -> session.createBrowser(queue, selector)
        }) {
            refused(InvalidSelectorException.class, () -> selecting.by(isTooLong));
            var selected = selecting.by(isLong);
            for (int a : new int[] {2, 7}) {
                var message = session.createTextMessage(Integer.toString(a));
                message.setIntProperty("a", a);
                session.createProducer(topic).send(message);
                session.createProducer(queue).send(message);
            }
            if (selected instanceof MessageConsumer consumer) {
                assertThat(text(consumer.receive(SOON))).isEqualTo("7");
                consumer.close();
            } else {
                assertThat(Collections.list(((QueueBrowser) selected).getEnumeration()))
                        .isNotEmpty();
            }
        }
    }
}
