package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that are to be delivered later (§7.9). */
class DeliveryDelayTest extends RealBrokerTest {
    private final IsthmusQueue queue = new IsthmusQueue(own("later"));

    private TextMessage send(IsthmusDestination to, long delayMs, String text) throws JMSException {
        return send(to, delayMs, text, DeliveryMode.PERSISTENT);
    }

    private TextMessage send(IsthmusDestination to, long delayMs, String text, int mode) throws JMSException {
        var session = session();
        var producer = session.createProducer(to);
        producer.setDeliveryMode(mode);
        producer.setDeliveryDelay(delayMs);
        var message = session.createTextMessage(text);
        producer.send(message);
        return message;
    }

    @ParameterizedTest
    @ValueSource(ints = {DeliveryMode.PERSISTENT, DeliveryMode.NON_PERSISTENT})
    void messageIsNotReceivedBeforeItsTime_7_9(int mode) throws JMSException {
        var sent = send(queue, 300, "later", mode);
        assertThat(sent.getJMSDeliveryTime()).isEqualTo(sent.getJMSTimestamp() + 300);
        var consumer = session().createConsumer(queue);
        var received = consumer.receive(SOON);
        assertThat(System.currentTimeMillis()).isGreaterThanOrEqualTo(sent.getJMSDeliveryTime());
        assertThat(bodyOf(received)).isEqualTo("later");
        assertThat(received.getJMSDeliveryTime()).isEqualTo(sent.getJMSDeliveryTime());
        assertThat(received.getJMSTimestamp()).isEqualTo(sent.getJMSTimestamp());
        assertThat(consumer.receiveNoWait()).isNull();
    }

    @Test
    void timeDecidesTheOrderAndNotTheSending_7_9() throws JMSException {
        IsthmusQueue each;
        TextMessage third;
        TextMessage second;
        TextMessage first;
        int attempt = 0;
        do { // until all three waited at one time, also where it took long to send them
            each = new IsthmusQueue(own("order-" + attempt++));
            third = send(each, 900, "third");
            second = send(each, 600, "second");
            first = send(each, 300, "first");
        } while (System.currentTimeMillis() >= first.getJMSDeliveryTime()
                || first.getJMSDeliveryTime() >= second.getJMSDeliveryTime()
                || second.getJMSDeliveryTime() >= third.getJMSDeliveryTime());
        var consumer = session().createConsumer(each);
        assertThat(bodyOf(consumer.receive(SOON))).isEqualTo("first");
        assertThat(bodyOf(consumer.receive(SOON))).isEqualTo("second");
        assertThat(bodyOf(consumer.receive(SOON))).isEqualTo("third");
    }

    @Test
    void messageThatWaitsIsInNoPartition_7_9() throws Exception {
        var topic = topic("later");
        send(topic, 3_600_000, "in an hour");
        send(topic, 0, "now");
        assertThat(records(topic, 0)).hasSize(1);
    }

    @Test
    void subscriberGetsItWhenItIsDue_7_9() throws JMSException {
        var topic = topic("later");
        var consumer = session().createConsumer(topic);
        send(topic, 100, "a");
        assertThat(bodyOf(consumer.receive(SOON))).isEqualTo("a");
    }

    /** The kinds of subscription to a topic. */
    private enum Subscription {
        NON_DURABLE {
            @Override
            IsthmusConsumer consumer(IsthmusSession session, IsthmusTopic topic) throws JMSException {
                return session.createConsumer(topic);
            }
        },
        SHARED {
            @Override
            IsthmusConsumer consumer(IsthmusSession session, IsthmusTopic topic) throws JMSException {
                return session.createSharedConsumer(topic, "s");
            }
        },
        DURABLE {
            @Override
            IsthmusConsumer consumer(IsthmusSession session, IsthmusTopic topic) throws JMSException {
                return session.createDurableConsumer(topic, "s");
            }
        },
        SHARED_DURABLE {
            @Override
            IsthmusConsumer consumer(IsthmusSession session, IsthmusTopic topic) throws JMSException {
                return session.createSharedDurableConsumer(topic, "s");
            }
        };

        abstract IsthmusConsumer consumer(IsthmusSession session, IsthmusTopic topic) throws JMSException;
    }

    private IsthmusSession subscriber() throws JMSException {
        var connection = connect(own("client"));
        connection.start();
        return connection.createSession(Session.AUTO_ACKNOWLEDGE);
    }

    @ParameterizedTest
    @EnumSource
    void subscriptionThatBeganAfterTheSendingDoesNotGetIt_7_9(Subscription subscription) throws JMSException {
        var topic = topic("later");
        send(topic, 400, "sent before");
        var consumer = subscription.consumer(subscriber(), topic);
        send(topic, 500, "sent after");
        send(topic, 0, "now");
        var received = List.of(bodyOf(consumer.receive(SOON)), bodyOf(consumer.receive(SOON)));
        assertThat(received).containsExactlyInAnyOrder("now", "sent after");
        assertThat(consumer.receiveNoWait()).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void subscriptionThatBeganBeforeTheCommitGetsIt_7_9_and_6_2_7(Subscription subscription) throws JMSException {
        var topic = topic("later");
        var session = transacted();
        var producer = session.createProducer(topic);
        producer.setDeliveryDelay(50);
        producer.send(session.createTextMessage("later"));
        var consumer = subscription.consumer(subscriber(), topic);
        session.commit();
        assertThat(bodyOf(consumer.receive(SOON))).isEqualTo("later");
    }

    @Test
    void subscriptionThatBeganBeforeTheSendingGetsItAlsoWithoutAConsumer_7_9() throws JMSException {
        var topic = topic("later");
        var session = subscriber();
        session.createDurableConsumer(topic, "s").close();
        var sent = send(topic, 300, "later");
        var consumer = session.createDurableConsumer(topic, "s");
        var received = consumer.receive(SOON);
        assertThat(bodyOf(received)).isEqualTo("later");
        assertThat(System.currentTimeMillis()).isGreaterThanOrEqualTo(sent.getJMSDeliveryTime());
        assertThat(received.propertyExists("jms_waited")).isFalse();
    }

    @Test
    void contextDelaysToo_7_9() throws JMSException {
        try (var context = context(Session.AUTO_ACKNOWLEDGE)) {
            var consumer = context.createConsumer(queue);
            context.createProducer().setDeliveryDelay(50).send(queue, "a");
            assertThat(consumer.receiveBody(String.class, SOON)).isEqualTo("a");
        }
    }

    @Test
    void delayIsReckonedFromTheSendInATransactionToo_7_9() throws JMSException {
        var session = transacted();
        var producer = session.createProducer(queue);
        producer.setDeliveryDelay(400);
        var later = session.createTextMessage("later");
        producer.send(later);
        for (var i = 0; i < 200; i++) {
            producer.send(session.createTextMessage("later " + i));
        }
        producer.setDeliveryDelay(0);
        producer.send(session.createTextMessage("now"));
        session.commit();

        var consumer = session().createConsumer(queue);
        assertThat(bodyOf(consumer.receive(SOON))).isEqualTo("now");
        assertThat(bodyOf(consumer.receive(SOON))).isEqualTo("later");
        assertThat(System.currentTimeMillis()).isGreaterThanOrEqualTo(later.getJMSDeliveryTime());
        for (var i = 0; i < 200; i++) {
            assertThat(bodyOf(consumer.receive(SOON))).isEqualTo("later " + i);
        }
        assertThat(consumer.receiveNoWait()).isNull();
    }

    @Test
    void whatIsCommittedBehindItsTimeIsThereAtOnce_7_9() throws Exception {
        var session = transacted();
        var producer = session.createProducer(queue);
        producer.setDeliveryDelay(1);
        producer.send(session.createTextMessage("late"));
        var consumer = session().createConsumer(queue);
        assertThat(consumer.receive(100)).isNull();
        session.commit();
        assertThat(bodyOf(consumer.receive(SOON))).isEqualTo("late");
    }

    @Test
    void whatIsRolledBackNeverComes_7_9() throws JMSException {
        var session = transacted();
        var producer = session.createProducer(queue);
        producer.setDeliveryDelay(20);
        producer.send(session.createTextMessage("never"));
        session.rollback();
        producer.send(session.createTextMessage("of the next transaction"));
        session.commit();
        var consumer = session().createConsumer(queue);
        assertThat(bodyOf(consumer.receive(SOON))).isEqualTo("of the next transaction");
        assertThat(consumer.receiveNoWait()).isNull();
    }

    private Session transacted() throws JMSException {
        return started().createSession(true, Session.SESSION_TRANSACTED);
    }

    @Test
    void temporaryQueueTakesDelayedMessagesToo() throws JMSException {
        var session = session();
        var replies = session.createTemporaryQueue();
        send(IsthmusDestination.of(replies), 50, "a");
        assertThat(bodyOf(session.createConsumer(replies).receive(SOON))).isEqualTo("a");
    }
}
