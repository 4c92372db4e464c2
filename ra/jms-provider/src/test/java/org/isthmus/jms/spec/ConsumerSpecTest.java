package org.isthmus.jms.spec;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Consumers (§8): receiving, listeners, subscriptions and acknowledgement. */
class ConsumerSpecTest extends SpecTest {
    @Test
    void closedConsumerRefusesEverythingButClose_8_8() throws JMSException {
        var consumer = session().createConsumer(queue());
        consumer.close();
        consumer.close();
        refused(
                IllegalStateException.class,
                consumer::receive,
                () -> consumer.receive(1),
                consumer::receiveNoWait,
                consumer::getMessageSelector,
                consumer::getMessageListener,
                () -> consumer.setMessageListener(message -> {}));
    }

    @Test
    void listenerIsKeptAndCanBeTakenAway_8_7() throws Exception {
        var queue = queue();
        var consumer = session().createConsumer(queue);
        assertThat(consumer.getMessageListener()).isNull();
        var got = new LinkedBlockingQueue<Message>();
        MessageListener listener = got::add;
        consumer.setMessageListener(listener);
        assertThat(consumer.getMessageListener()).isSameAs(listener);
        send(queue, "a");
        assertThat(text(next(got))).isEqualTo("a");
        consumer.setMessageListener(null);
        assertThat(consumer.getMessageListener()).isNull();
        send(queue, "b");
        assertThat(text(consumer.receive(SOON))).isEqualTo("b");
        assertThat(got).isEmpty();
    }

    @Test
    void anotherListenerTakesOver_8_7() throws Exception {
        var queue = queue();
        var consumer = session().createConsumer(queue);
        var got = new LinkedBlockingQueue<String>();
        consumer.setMessageListener(message -> got.add("first"));
        send(queue, "a");
        assertThat(next(got)).isEqualTo("first");
        consumer.setMessageListener(message -> got.add("second"));
        send(queue, "b");
        assertThat(next(got)).isEqualTo("second");
    }

    @Test
    void emptySelectorSelectsEverything_3_8_1() throws JMSException {
        var queue = queue();
        var session = session();
        for (var selector : new String[] {"", null}) {
            var consumer = session.createConsumer(queue, selector);
            assertThat(consumer.getMessageSelector()).isNull();
            send(queue, "a");
            assertThat(text(consumer.receive(SOON))).isEqualTo("a");
            consumer.close();
        }
    }

    @Test
    void listenerThatThrowsGetsTheMessageAgainButNotWhereTheClientAcknowledges_8_7() throws Exception {
        var queue = queue();
        for (int mode : new int[] {Session.AUTO_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE}) {
            var session = session(mode);
            var got = new LinkedBlockingQueue<Boolean>();
            session.createConsumer(queue).setMessageListener(message -> {
                boolean again = (boolean) outcomeOf(message::getJMSRedelivered);
                got.add(again);
                if (!again) {
                    throw new IllegalArgumentException("on purpose");
                }
            });
            send(queue, "a");
            assertThat(next(got)).isFalse();
            assertThat(next(got)).isTrue();
            session.close();
        }
        var session = session(Session.CLIENT_ACKNOWLEDGE);
        var texts = new LinkedBlockingQueue<String>();
        session.createConsumer(queue).setMessageListener(message -> {
            texts.add((String) outcomeOf(() -> text(message)));
            throw new IllegalArgumentException("on purpose");
        });
        send(queue, "b", "c");
        assertThat(List.of(next(texts), next(texts))).containsExactly("b", "c");
    }

    private interface Reading {
        Object of() throws JMSException;
    }

    private static Object outcomeOf(Reading reading) {
        try {
            return reading.of();
        } catch (JMSException e) {
            return e;
        }
    }

    @Test
    void durableSubscriptionIsOneConsumersAtATimeAndKeepsWhatItHasNotAcknowledged_8_3_3() throws JMSException {
        var connection = connection();
        connection.setClientID(own("id"));
        connection.start();
        var topic = topic();
        var session = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        var consumer = session.createDurableConsumer(topic, "s");
        refused(
                JMSException.class,
                () -> session.createDurableConsumer(topic, "s"),
                () -> session.createDurableConsumer(topic, "s", "a = 1", false),
                () -> session.createSharedDurableConsumer(topic, "s"));
        refused(IllegalStateException.class, () -> session.unsubscribe("s"));
        var sender = session();
        sender.createProducer(topic).send(sender.createTextMessage("a"));
        assertThat(text(consumer.receive(SOON))).isEqualTo("a");
        consumer.close();
        var again = session.createDurableConsumer(topic, "s").receive(SOON);
        assertThat(text(again)).isEqualTo("a");
        assertThat(again.getJMSRedelivered()).isTrue();
    }

    @Test
    void subscriptionCannotEndWhileATransactionHasItsMessages_8_3_3() throws JMSException {
        var connection = connection();
        connection.setClientID(own("id"));
        connection.start();
        var topic = topic();
        var session = connection.createSession(Session.SESSION_TRANSACTED);
        var consumer = session.createDurableConsumer(topic, "s");
        var sender = session();
        sender.createProducer(topic).send(sender.createTextMessage("a"));
        assertThat(text(consumer.receive(SOON))).isEqualTo("a");
        consumer.close();
        refused(JMSException.class, () -> session.unsubscribe("s"));
        session.commit();
        session.unsubscribe("s");
        refused(InvalidDestinationException.class, () -> session.unsubscribe("s"));
    }

    @Test
    void topicThatIsNoneIsRefusedBeforeTheClientIdentifierThatIsNone_8_3_3() throws JMSException {
        var session = session();
        refused(
                InvalidDestinationException.class,
                () -> session.createDurableConsumer(null, "s"),
                () -> session.createDurableConsumer(null, "s", "a = 1", false),
                () -> session.createDurableSubscriber(null, "s"));
        var topic = topic();
        refused(IllegalStateException.class, () -> session.createDurableConsumer(topic, "s"));
    }

    @Test
    void noLocalKeepsOutWhatTheConnectionItselfPublishes_8_3_1() throws JMSException {
        var connection = connection();
        connection.setClientID(own("id"));
        connection.start();
        var topic = topic();
        var session = connection.createSession();
        var consumers = List.of(
                session.createConsumer(topic, null, true), session.createDurableConsumer(topic, "s", null, true));
        session.createProducer(topic).send(session.createTextMessage("own"));
        var other = session();
        other.createProducer(topic).send(other.createTextMessage("foreign"));
        for (var consumer : consumers) {
            assertThat(text(consumer.receive(SOON))).isEqualTo("foreign");
        }
    }

    @Test
    void temporaryDestinationIsReceivedFromByItsOwnConnectionAlone_6_2_2() throws JMSException {
        var session = session();
        var queue = session.createTemporaryQueue();
        var topic = session.createTemporaryTopic();
        var other = session();
        refused(JMSException.class, () -> other.createConsumer(queue), () -> other.createConsumer(topic));
        other.createProducer(queue).send(other.createTextMessage("a"));
        var consumer = session.createConsumer(queue);
        refused(JMSException.class, queue::delete);
        assertThat(text(consumer.receive(SOON))).isEqualTo("a");
        consumer.close();
        queue.delete();
        refused(InvalidDestinationException.class, () -> session.createConsumer(queue));
        topic.delete();
    }

    @Test
    void orderOfASessionsMessagesIsKeptForAConsumer_6_2_9() throws JMSException {
        var queue = queue();
        var texts = new ArrayList<String>();
        for (int i = 0; i < 50; i++) {
            texts.add("m" + i);
        }
        send(queue, texts.toArray(String[]::new));
        var consumer = session().createConsumer(queue);
        for (var expected : texts) {
            assertThat(text(consumer.receive(SOON))).isEqualTo(expected);
        }
    }

    @Test
    void closingWaitsForItsListenerWhichMayCloseIt_8_8() throws Exception {
        var queue = queue();
        var consumer = session().createConsumer(queue);
        var begun = new CountDownLatch(1);
        var free = new CountDownLatch(1);
        var order = new LinkedBlockingQueue<Object>();
        consumer.setMessageListener(message -> {
            begun.countDown();
            order.add(outcome(free::await));
            order.add("returns");
        });
        send(queue, "a", "b");
        assertThat(begun.await(SOON, TimeUnit.MILLISECONDS)).isTrue();
        var closing = new Thread(() -> order.add(outcome(consumer::close)));
        closing.start();
        while (closing.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(order).isEmpty();
        free.countDown();
        closing.join(SOON);
        assertThat(order).containsExactly("done", "returns", "done");

        var second = session().createConsumer(queue);
        second.setMessageListener(message -> {
            order.add(outcome(second::close));
            order.add(outcome(() -> order.add(text(message))));
        });
        assertThat(List.of(next(order), next(order), next(order), next(order), next(order)))
                .containsExactly("done", "returns", "done", "done", "b");
        assertThat(next(order)).isEqualTo("done");
        assertThat(session().createConsumer(queue).receiveNoWait()).isNull();
    }

    @Test
    void closingAConsumerChangesNothingForWhatItDelivered_8_8() throws JMSException {
        var queue = queue();
        var topic = topic();
        for (int mode : new int[] {
            Session.AUTO_ACKNOWLEDGE,
            Session.DUPS_OK_ACKNOWLEDGE,
            Session.CLIENT_ACKNOWLEDGE,
            Session.SESSION_TRANSACTED
        }) {
            for (boolean keeps : new boolean[] {true, false}) {
                var session = session(mode);
                var name = own("s" + mode + keeps);
                var ofQueue = session.createConsumer(queue);
                var ofTopic = session.createSharedDurableConsumer(topic, name);
                send(queue, "a");
                var sender = session();
                sender.createProducer(topic).send(sender.createTextMessage("a"));
                var last = ofQueue.receive(SOON);
                assertThat(text(ofTopic.receive(SOON))).isEqualTo("a");
                ofQueue.close();
                ofTopic.close();
                var isOver = keeps || mode == Session.AUTO_ACKNOWLEDGE || mode == Session.DUPS_OK_ACKNOWLEDGE;
                if (mode == Session.SESSION_TRANSACTED && keeps) {
                    session.commit();
                } else if (mode == Session.SESSION_TRANSACTED) {
                    session.rollback();
                } else if (keeps) {
                    last.acknowledge();
                }
                session.close();
                var next = session();
                for (var consumer :
                        List.of(next.createConsumer(queue), next.createSharedDurableConsumer(topic, name))) {
                    var again = isOver ? consumer.receiveNoWait() : consumer.receive(SOON);
                    assertThat(text(again)).isEqualTo(isOver ? "no message" : "a");
                    consumer.close();
                }
            }
        }
    }
}
