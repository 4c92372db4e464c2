package org.isthmus.jms.spec;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.CompletionListener;
import jakarta.jms.DeliveryMode;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Producers and asynchronous sends (§7). */
class ProducerSpecTest extends SpecTest {
    private static CompletionListener listener(Consumer<Object> to) {
        return new CompletionListener() {
            @Override
            public void onCompletion(Message message) {
                to.accept(message);
            }

            @Override
            public void onException(Message message, Exception exception) {
                to.accept(exception);
            }
        };
    }

    @Test
    void settingsHaveTheirDefaultsAndAreKept_7_1_and_8() throws JMSException {
        var producer = session().createProducer(null);
        assertThat(producer.getDestination()).isNull();
        assertThat(producer.getDeliveryMode()).isEqualTo(DeliveryMode.PERSISTENT);
        assertThat(producer.getPriority()).isEqualTo(4);
        assertThat(producer.getTimeToLive()).isZero();
        assertThat(producer.getDeliveryDelay()).isZero();
        assertThat(producer.getDisableMessageID()).isFalse();
        assertThat(producer.getDisableMessageTimestamp()).isFalse();
        producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
        producer.setPriority(0);
        producer.setTimeToLive(5);
        producer.setDeliveryDelay(6);
        producer.setDisableMessageID(true);
        producer.setDisableMessageTimestamp(true);
        assertThat(producer.getDeliveryMode()).isEqualTo(DeliveryMode.NON_PERSISTENT);
        assertThat(producer.getPriority()).isZero();
        assertThat(producer.getTimeToLive()).isEqualTo(5);
        assertThat(producer.getDeliveryDelay()).isEqualTo(6);
        assertThat(producer.getDisableMessageID()).isTrue();
        assertThat(producer.getDisableMessageTimestamp()).isTrue();
        refused(
                JMSException.class,
                () -> producer.setDeliveryMode(0),
                () -> producer.setDeliveryMode(-1),
                () -> producer.setPriority(-1),
                () -> producer.setPriority(10),
                () -> producer.setTimeToLive(-1),
                () -> producer.setDeliveryDelay(-1));
    }

    @Test
    void everyFormOfSendRefusesWhatItMust_7_2_and_3() throws JMSException {
        var session = session();
        var queue = queue();
        var message = session.createMessage();
        var bound = session.createProducer(queue);
        var free = session.createProducer(null);
        var listener = listener(it -> {});
        refused(
                UnsupportedOperationException.class,
                () -> bound.send(queue, message),
                () -> bound.send(queue, message, 2, 4, 0),
                () -> bound.send(queue, message, listener),
                () -> bound.send(queue, message, 2, 4, 0, listener),
                () -> free.send(message),
                () -> free.send(message, 2, 4, 0),
                () -> free.send(message, listener),
                () -> free.send(message, 2, 4, 0, listener));
        refused(
                InvalidDestinationException.class,
                () -> free.send(null, message),
                () -> free.send(null, message, 2, 4, 0),
                () -> free.send(null, message, listener),
                () -> free.send(null, message, 2, 4, 0, listener));
        refused(
                MessageFormatException.class,
                () -> bound.send(null),
                () -> bound.send(null, 2, 4, 0),
                () -> bound.send(null, listener),
                () -> free.send(queue, null),
                () -> free.send(queue, null, listener));
        refused(
                IllegalArgumentException.class,
                () -> bound.send(message, null),
                () -> bound.send(message, 2, 4, 0, null),
                () -> free.send(queue, message, null),
                () -> free.send(queue, message, 2, 4, 0, null));
        refused(
                JMSException.class,
                () -> bound.send(message, -1, 4, 0),
                () -> bound.send(message, 2, 10, 0),
                () -> bound.send(message, 2, 4, -1),
                () -> bound.send(message, 2, -1, 0, listener));
        assertThat(session.createConsumer(queue).receiveNoWait()).isNull();
    }

    @Test
    void closedProducerRefusesEverythingButClose_7() throws JMSException {
        var session = session();
        var producer = session.createProducer(queue());
        producer.close();
        producer.close();
        refused(
                IllegalStateException.class,
                () -> producer.send(session.createMessage()),
                () -> producer.send(session.createMessage(), listener(it -> {})),
                () -> producer.setPriority(1),
                producer::getPriority,
                () -> producer.setTimeToLive(1),
                producer::getTimeToLive,
                () -> producer.setDeliveryMode(1),
                producer::getDeliveryMode,
                () -> producer.setDeliveryDelay(1),
                producer::getDeliveryDelay,
                () -> producer.setDisableMessageID(true),
                producer::getDisableMessageID,
                () -> producer.setDisableMessageTimestamp(true),
                producer::getDisableMessageTimestamp,
                producer::getDestination);
    }

    @Test
    void completedMessageHasTheHeadersOfTheSend_7_3_6() throws Exception {
        var session = session();
        var queue = queue();
        var told = new LinkedBlockingQueue<Object>();
        var message = session.createTextMessage("m");
        session.createProducer(queue).send(message, 1, 7, 60_000, listener(told::add));
        var completed = (Message) next(told);
        assertThat(completed).isSameAs(message);
        assertThat(completed.getJMSMessageID()).startsWith("ID:");
        assertThat(completed.getJMSDestination()).isEqualTo(queue);
        assertThat(completed.getJMSPriority()).isEqualTo(7);
        assertThat(completed.getJMSExpiration()).isEqualTo(completed.getJMSTimestamp() + 60_000);
        assertThat(completed.getJMSDeliveryMode()).isEqualTo(DeliveryMode.NON_PERSISTENT);
    }

    @Test
    void completionListenerMayUseItsSession_7_3_7() throws Exception {
        var session = session();
        var queue = queue();
        MessageProducer producer = session.createProducer(queue);
        var told = new LinkedBlockingQueue<Object>();
        producer.send(
                session.createTextMessage("first"),
                listener(it -> told.add(outcome(() -> producer.send(session.createTextMessage("second"))))));
        assertThat(next(told)).isEqualTo("done");
        var consumer = session.createConsumer(queue);
        assertThat(text(consumer.receive(SOON))).isEqualTo("first");
        assertThat(text(consumer.receive(SOON))).isEqualTo("second");
    }

    @Test
    void completionListenerThatFailsHindersNobody_7_3() throws Exception {
        var session = session();
        var queue = queue();
        var told = new LinkedBlockingQueue<Object>();
        var producer = session.createProducer(queue);
        producer.send(session.createTextMessage("a"), listener(it -> {
            throw new IllegalArgumentException("on purpose");
        }));
        producer.send(session.createTextMessage("b"), listener(told::add));
        assertThat(text((Message) next(told))).isEqualTo("b");
        session.close();
    }

    @Test
    void commitAndCloseWaitForWhatIsUnderWay_7_3_4() throws Exception {
        var queue = queue();
        var session = session(Session.SESSION_TRANSACTED);
        var told = new LinkedBlockingQueue<Object>();
        var producer = session.createProducer(queue);
        for (int i = 0; i < 50; i++) {
            producer.send(session.createTextMessage("m" + i), listener(told::add));
        }
        session.commit();
        assertThat(told).hasSize(50).allMatch(it -> it instanceof Message);
        for (int i = 0; i < 50; i++) {
            producer.send(session.createTextMessage("n" + i), listener(told::add));
        }
        session.rollback();
        assertThat(told).hasSize(100);
        var plain = session();
        var sender = plain.createProducer(queue);
        for (int i = 0; i < 50; i++) {
            sender.send(plain.createTextMessage("o" + i), listener(told::add));
        }
        plain.close();
        assertThat(told).hasSize(150).allMatch(it -> it instanceof Message);
        var consumer = session().createConsumer(queue);
        for (var prefix : new String[] {"m", "o"}) {
            for (int i = 0; i < 50; i++) {
                assertThat(text(consumer.receive(SOON))).isEqualTo(prefix + i);
            }
        }
        assertThat(consumer.receiveNoWait()).isNull();
    }

    @Test
    void synchronousSendFollowsAsynchronousOnes_7_3_and_6_2_9() throws Exception {
        var session = session();
        var queue = queue();
        var producer = session.createProducer(queue);
        for (int i = 0; i < 40; i++) {
            var message = session.createTextMessage(Integer.toString(i));
            if (i % 4 == 3) {
                producer.send(message);
            } else {
                producer.send(message, listener(it -> {}));
            }
        }
        var consumer = session.createConsumer(queue);
        for (int i = 0; i < 40; i++) {
            assertThat(text(consumer.receive(SOON))).isEqualTo(Integer.toString(i));
        }
    }

    @Test
    void listenerHearsNothingOfASendThatThrew_7_3_2() throws Exception {
        var session = session();
        var queue = queue();
        var told = new LinkedBlockingQueue<Object>();
        var producer = session.createProducer(null);
        refused(
                JMSException.class,
                () -> producer.send(null, session.createMessage(), listener(told::add)),
                () -> producer.send(queue, null, listener(told::add)),
                () -> producer.send(queue, session.createMessage(), 2, 10, 0, listener(told::add)));
        producer.send(queue, session.createTextMessage("a"), listener(told::add));
        producer.close();
        assertThat(told).hasSize(1);
        assertThat(text((Message) told.element())).isEqualTo("a");
    }

    @Test
    void messageMayBeChangedAndSentAgainOnceItsSendHasReturned_3_9() throws JMSException {
        var session = session();
        var queue = queue();
        var transacted = session(Session.SESSION_TRANSACTED);
        for (var sender : new Session[] {session, transacted}) {
            var producer = sender.createProducer(queue);
            var message = sender.createTextMessage("first");
            message.setStringProperty("p", "first");
            producer.send(message);
            message.setText("second");
            message.setStringProperty("p", "second");
            producer.send(message);
        }
        transacted.commit();
        var consumer = session.createConsumer(queue);
        for (var expected : new String[] {"first", "second", "first", "second"}) {
            var received = consumer.receive(SOON);
            assertThat(text(received)).isEqualTo(expected);
            assertThat(received.getStringProperty("p")).isEqualTo(expected);
        }
    }
}
