package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.DeliveryMode;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.isthmus.broker.client.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Queues (§4.1), their acknowledgement (§6.2.10) and selectors (§3.8). */
class QueueTest extends RealBrokerTest {
    private final IsthmusQueue queue = new IsthmusQueue(own("orders"));

    private void send(String... texts) throws JMSException {
        var session = session();
        var producer = session.createProducer(queue);
        for (var text : texts) {
            var message = session.createTextMessage(text);
            message.setIntProperty("size", text.length());
            producer.send(message);
        }
    }

    private static String text(IsthmusConsumer consumer) throws JMSException {
        return consumer.receive(SOON).getBody(String.class);
    }

    @Test
    void messageThatWaitsIsReceivedWithoutWaiting_8_5() throws JMSException {
        send("a", "b");
        var consumer = session().createConsumer(queue);
        assertThat(consumer.receiveNoWait().getBody(String.class)).isEqualTo("a");
        assertThat(consumer.receive(1).getBody(String.class)).isEqualTo("b");
        assertThat(consumer.receiveNoWait()).isNull();
        assertThat(consumer.receive(1)).isNull();
    }

    @Test
    void closingTheSessionWaitsForWhatNobodyWaitedFor() throws JMSException {
        var sending = started().createSession();
        var producer = sending.createProducer(queue);
        producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
        for (int i = 0; i < 500; i++) {
            producer.send(sending.createTextMessage(Integer.toString(i)));
        }
        sending.close();
        var consumer = session().createConsumer(queue);
        for (int i = 0; i < 500; i++) {
            assertThat(consumer.receiveNoWait().getBody(String.class)).isEqualTo(Integer.toString(i));
        }
    }

    @Test
    void backlogComesWholeHoweverManyFilesItLiesIn_4_1_2() throws Exception {
        create(new NewTopic(queue.getQueueName(), 1, Map.of("segment.bytes", "16384", "isthmus.queue", "true")));
        var texts = IntStream.range(0, 400)
                .mapToObj(number -> number + "x".repeat(100))
                .toList();
        send(texts.toArray(String[]::new));

        var session = session();
        var seen = session.createBrowser(queue).getEnumeration();
        var consumer = session.createConsumer(queue);
        for (var i = 0; i < texts.size(); i++) {
            assertThat(bodyOf((Message) seen.nextElement())).isEqualTo(texts.get(i));
            assertThat(text(consumer)).isEqualTo(texts.get(i));
        }
    }

    @Test
    void whatAnIdleReceiverHadComeAheadGoesToOthers() throws JMSException {
        for (int i = 0; i < 100; i++) {
            send(Integer.toString(i));
        }
        var idle = session().createConsumer(queue);
        for (int i = 0; i < 20; i++) {
            assertThat(text(idle)).isEqualTo(Integer.toString(i));
        }
        var other = session().createConsumer(queue);
        var rest = new HashSet<String>();
        for (int i = 20; i < 100; i++) {
            rest.add(text(other));
        }
        assertThat(rest).hasSize(80).doesNotContain("19");
    }

    @Test
    void waitingReceiverGetsWhatIsSentLater_8_5() throws Exception {
        var got = new LinkedBlockingQueue<String>();
        var consumer = session().createConsumer(queue);
        var receiver = new Thread(() -> got.add(String.valueOf(outcome(() -> got.add(text(consumer))))));
        receiver.start();
        send("a");
        assertThat(got.poll(SOON, TimeUnit.MILLISECONDS)).isEqualTo("a");
        receiver.join(SOON);
    }

    @Test
    void eachMessageGoesToOneOfTheConsumers_4_1_2() throws Exception {
        var got = new LinkedBlockingQueue<String>();
        for (int i = 0; i < 3; i++) {
            started().createSession().createConsumer(queue).setMessageListener(message -> got.add(bodyOf(message)));
        }
        var sent = new HashSet<String>();
        var session = session();
        var producer = session.createProducer(queue);
        for (int i = 0; i < 100; i++) {
            sent.add(Integer.toString(i));
            producer.send(session.createTextMessage(Integer.toString(i)));
        }
        var all = new ArrayList<String>();
        for (int i = 0; i < 100; i++) {
            all.add(got.poll(SOON, TimeUnit.MILLISECONDS));
        }
        assertThat(all).containsExactlyInAnyOrderElementsOf(sent);
    }

    @ParameterizedTest
    @ValueSource(ints = {Session.AUTO_ACKNOWLEDGE, Session.CLIENT_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE})
    void acknowledgedMessageIsGone_6_2_10(int mode) throws JMSException {
        send("a", "b");
        var connection = started();
        connection.createSession(mode).createConsumer(queue).receive(SOON).acknowledge();
        connection.close();
        assertThat(text(session().createConsumer(queue))).isEqualTo("b");
    }

    @Test
    void recoverDeliversAgainInOrder_6_2_10() throws JMSException {
        send("a", "b", "c");
        var session = started().createSession(Session.CLIENT_ACKNOWLEDGE);
        var consumer = session.createConsumer(queue);
        text(consumer);
        text(consumer);
        session.recover();
        for (var text : List.of("a", "b")) {
            var again = consumer.receive(SOON);
            assertThat(again.getBody(String.class)).isEqualTo(text);
            assertThat(again.getJMSRedelivered()).isTrue();
            assertThat(again.getIntProperty("JMSXDeliveryCount")).isEqualTo(2);
        }
        var fresh = consumer.receive(SOON);
        assertThat(fresh.getJMSRedelivered()).isFalse();
        fresh.acknowledge();
        assertThat(consumer.receiveNoWait()).isNull();
    }

    @Test
    void onlyWhatWasDeliveredCountsWhenTheSessionCloses_3_5_11() throws Exception {
        send("a", "b", "c");
        var session = started().createSession(Session.CLIENT_ACKNOWLEDGE);
        var consumer = session.createConsumer(queue);
        var signals = new LinkedBlockingQueue<Boolean>();
        consumer.onAvailable(() -> signals.add(true));
        assertThat(signals.poll(SOON, TimeUnit.MILLISECONDS)).isNotNull();
        assertThat(consumer.receiveNoWait().getBody(String.class)).isEqualTo("a");
        session.close();

        var next = session().createConsumer(queue);
        for (int deliveries : List.of(2, 1, 1)) {
            assertThat(next.receive(SOON).getIntProperty("JMSXDeliveryCount")).isEqualTo(deliveries);
        }
    }

    @Test
    void unacknowledgedMessagesGoToTheNextConsumerInOrder_6_2() throws JMSException {
        send("a", "b", "c");
        var session = started().createSession(Session.CLIENT_ACKNOWLEDGE);
        text(session.createConsumer(queue));
        session.close();
        var consumer = session().createConsumer(queue);
        var first = consumer.receive(SOON);
        assertThat(first.getBody(String.class)).isEqualTo("a");
        assertThat(first.getJMSRedelivered()).isTrue();
        var second = consumer.receive(SOON);
        assertThat(second.getBody(String.class)).isEqualTo("b");
        assertThat(second.getIntProperty("JMSXDeliveryCount")).isEqualTo(1);
    }

    @Test
    void messageOfAClosedConsumerCanStillBeAcknowledged_8_8() throws JMSException {
        send("a", "b");
        var session = started().createSession(Session.CLIENT_ACKNOWLEDGE);
        var consumer = session.createConsumer(queue);
        var message = consumer.receive(SOON);
        consumer.close();
        message.acknowledge();
        session.close();
        assertThat(text(session().createConsumer(queue))).isEqualTo("b");
    }

    @Test
    void idleConsumerWithholdsNothing_4_1_2() throws JMSException {
        var idle = session().createConsumer(queue);
        assertThat(idle.receive(1)).isNull();
        send("a");
        assertThat(text(session().createConsumer(queue))).isEqualTo("a");
    }

    @Test
    void whatASelectorMissesStaysForOthers_3_8_1() throws JMSException {
        send("a", "long", "b");
        var picky = session().createConsumer(queue, "size > 1");
        assertThat(picky.getMessageSelector()).isEqualTo("size > 1");
        assertThat(text(picky)).isEqualTo("long");
        assertThat(picky.receiveNoWait()).isNull();
        var other = session().createConsumer(queue);
        assertThat(text(other)).isEqualTo("a");
        assertThat(text(other)).isEqualTo("b");
    }

    @Test
    void topicConsumerGetsWhatItSelects_3_8_1() throws JMSException {
        var topic = topic("news");
        var session = session();
        var consumer = session.createConsumer(topic, "size BETWEEN 2 AND 3 AND JMSType = 't'");
        var producer = session.createProducer(topic);
        for (var size : List.of(1, 2, 4)) {
            var message = session.createTextMessage("m" + size);
            message.setIntProperty("size", size);
            message.setJMSType("t");
            producer.send(message);
        }
        assertThat(text(consumer)).isEqualTo("m2");
        assertThat(consumer.receive(1)).isNull();
    }

    @Test
    void whatIsNoSelectorIsRefusedAtOnce_3_8_1() throws JMSException {
        var session = session();
        assertThatThrownBy(() -> session.createConsumer(queue, "size >")).isInstanceOf(InvalidSelectorException.class);
        assertThatThrownBy(() -> session.createConsumer(topic("news"), "size >"))
                .isInstanceOf(InvalidSelectorException.class);
    }

    @Test
    void expiredMessageIsNotDelivered_3_4_9() throws Exception {
        var session = session();
        var producer = session.createProducer(queue);
        producer.setTimeToLive(1);
        var expired = session.createTextMessage("late");
        producer.send(expired);
        send("a");
        while (System.currentTimeMillis() <= expired.getJMSExpiration()) {
            Thread.onSpinWait();
        }
        var consumer = session().createConsumer(queue);
        assertThat(text(consumer)).isEqualTo("a");
        assertThat(consumer.receiveNoWait()).isNull();
    }

    @Test
    void listenerOfASignalIsServedToo() throws Exception {
        send("a", "b");
        var session = started().createSession(Session.CLIENT_ACKNOWLEDGE);
        var consumer = session.createConsumer(queue);
        var signals = new LinkedBlockingQueue<Boolean>();
        consumer.onAvailable(() -> signals.add(true));
        var got = new ArrayList<String>();
        while (got.size() < 2) {
            assertThat(signals.poll(SOON, TimeUnit.MILLISECONDS)).isNotNull();
            for (var message = consumer.receiveNoWait(); message != null; message = consumer.receiveNoWait()) {
                got.add(bodyOf(message));
                message.acknowledge();
            }
        }
        assertThat(got).containsExactly("a", "b");
    }
}
