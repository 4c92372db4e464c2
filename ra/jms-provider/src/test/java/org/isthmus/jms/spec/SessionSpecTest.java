package org.isthmus.jms.spec;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Sessions (§6.2): what they make, whom they call and when, and what a closed one refuses. */
class SessionSpecTest extends SpecTest {
    @Test
    void closedSessionRefusesEverythingButClose_6_2_15() throws JMSException {
        var session = session();
        var queue = queue();
        var topic = topic();
        var producer = session.createProducer(queue);
        var consumer = session.createConsumer(queue);
        var browser = session.createBrowser(queue);
        var message = session.createTextMessage("m");
        session.close();
        session.close();
        refused(
                IllegalStateException.class,
                session::createMessage,
                session::createTextMessage,
                () -> session.createTextMessage("t"),
                session::createBytesMessage,
                session::createMapMessage,
                session::createStreamMessage,
                session::createObjectMessage,
                () -> session.createObjectMessage("o"),
                session::getTransacted,
                session::getAcknowledgeMode,
                session::commit,
                session::rollback,
                session::recover,
                session::getMessageListener,
                () -> session.setMessageListener(null),
                () -> session.createQueue("q"),
                () -> session.createTopic("t"),
                session::createTemporaryQueue,
                session::createTemporaryTopic,
                () -> session.createProducer(queue),
                () -> session.createConsumer(queue),
                () -> session.createConsumer(queue, "a = 1"),
                () -> session.createConsumer(topic, "a = 1", true),
                () -> session.createSharedConsumer(topic, "s"),
                () -> session.createSharedDurableConsumer(topic, "s"),
                () -> session.createDurableConsumer(topic, "s"),
                () -> session.createDurableSubscriber(topic, "s"),
                () -> session.createBrowser(queue),
                () -> session.unsubscribe("s"));
        refused(
                IllegalStateException.class,
                () -> producer.send(message),
                () -> producer.setPriority(1),
                producer::getPriority,
                producer::getDeliveryMode,
                producer::getTimeToLive,
                producer::getDeliveryDelay,
                producer::getDisableMessageID,
                producer::getDisableMessageTimestamp,
                producer::getDestination,
                consumer::receive,
                () -> consumer.receive(1),
                consumer::receiveNoWait,
                consumer::getMessageSelector,
                consumer::getMessageListener,
                () -> consumer.setMessageListener(null),
                browser::getEnumeration,
                browser::getQueue,
                browser::getMessageSelector);
        producer.close();
        consumer.close();
        browser.close();
    }

    @Test
    void whatIsNoDestinationOrSelectorIsRefusedAtOnce_3_8_1_and_10_3() throws JMSException {
        var connection = connection();
        connection.setClientID(own("id"));
        var session = connection.createSession();
        var topic = topic();
        refused(
                InvalidDestinationException.class,
                () -> session.createConsumer(null),
                () -> session.createConsumer(null, "a = 1"),
                () -> session.createConsumer(null, "a = 1", true),
                () -> session.createSharedConsumer(null, "s"),
                () -> session.createSharedConsumer(null, "s", "a = 1"),
                () -> session.createSharedDurableConsumer(null, "s"),
                () -> session.createDurableConsumer(null, "s"),
                () -> session.createDurableSubscriber(null, "s"),
                () -> session.createDurableSubscriber(null, "s", "a = 1", false),
                () -> session.createBrowser(null),
                () -> session.unsubscribe("never begun"),
                () -> session.unsubscribe(null));
        refused(
                InvalidSelectorException.class,
                () -> session.createConsumer(topic, "=TEST"),
                () -> session.createConsumer(topic, "=TEST", true),
                () -> session.createSharedConsumer(topic, "s", "=TEST"),
                () -> session.createSharedDurableConsumer(topic, "s", "=TEST"),
                () -> session.createDurableConsumer(topic, "s", "=TEST", false),
                () -> session.createDurableSubscriber(topic, "s", "=TEST", false),
                () -> session.createBrowser(queue(), "=TEST"));
        refused(
                JMSException.class,
                () -> session.createDurableConsumer(topic, null),
                () -> session.createDurableConsumer(topic, ""),
                () -> session.createSharedConsumer(topic, null),
                () -> session.createSharedConsumer(topic, ""),
                () -> session.createSharedDurableConsumer(topic, null),
                () -> session.createSharedDurableConsumer(topic, ""));
    }

    @Test
    void listenersOfASessionAreCalledOneAtATime_6_2_5() throws Exception {
        var session = session();
        var atWork = new AtomicInteger();
        var got = new LinkedBlockingQueue<Integer>();
        for (int i = 0; i < 3; i++) {
            session.createConsumer(session.createQueue(own("q" + i))).setMessageListener(message -> {
                int now = atWork.incrementAndGet();
                Thread.yield();
                atWork.decrementAndGet();
                got.add(now);
            });
        }
        for (int i = 0; i < 3; i++) {
            send(session().createQueue(own("q" + i)), "a", "b", "c");
        }
        for (int i = 0; i < 9; i++) {
            assertThat(next(got)).isEqualTo(1);
        }
    }

    @Test
    void listenerMayCloseItsConsumerAndAnotherSession_6_2_15() throws Exception {
        var queue = queue();
        var session = session();
        var other = session();
        var consumer = session.createConsumer(queue);
        var told = new LinkedBlockingQueue<Object>();
        consumer.setMessageListener(message -> {
            told.add(outcome(session::close));
            told.add(outcome(other::close));
            told.add(outcome(consumer::close));
        });
        send(queue, "a");
        assertThat(next(told)).isInstanceOf(IllegalStateException.class);
        assertThat(next(told)).isEqualTo("done");
        assertThat(next(told)).isEqualTo("done");
        session.close(); // and nothing is in the way
    }

    @Test
    void closingGivesBackWhatWasNotAcknowledged_6_2_15() throws JMSException {
        var queue = queue();
        send(queue, "a", "b");
        var session = session(Session.CLIENT_ACKNOWLEDGE);
        var message = session.createConsumer(queue).receive(SOON);
        session.close();
        refused(IllegalStateException.class, message::acknowledge);
        assertThat(text(message)).isEqualTo("a");
        var consumer = session().createConsumer(queue);
        var again = consumer.receive(SOON);
        assertThat(text(again)).isEqualTo("a");
        assertThat(again.getJMSRedelivered()).isTrue();
    }

    @Test
    void acknowledgingOneMessageAcknowledgesAllOfTheSession_6_2_10() throws JMSException {
        var queue = queue();
        var second = session().createQueue(own("second"));
        send(queue, "a", "b", "c");
        send(second, "x");
        var session = session(Session.CLIENT_ACKNOWLEDGE);
        var consumer = session.createConsumer(queue);
        var first = consumer.receive(SOON);
        consumer.receive(SOON);
        assertThat(text(session.createConsumer(second).receive(SOON))).isEqualTo("x");
        first.acknowledge();
        assertThat(text(consumer.receive(SOON))).isEqualTo("c");
        session.close();
        assertThat(text(session().createConsumer(queue).receive(SOON))).isEqualTo("c");
        assertThat(session().createConsumer(second).receiveNoWait()).isNull();
    }

    @Test
    void acknowledgingIsNoBusinessOfTheClientInOtherModes_6_2_10() throws JMSException {
        var queue = queue();
        for (int mode : new int[] {Session.AUTO_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE, Session.SESSION_TRANSACTED}) {
            send(queue, "a");
            var session = session(mode);
            session.createConsumer(queue).receive(SOON).acknowledge();
            session.createMessage().acknowledge();
            if (mode == Session.SESSION_TRANSACTED) {
                session.rollback();
                assertThat(text(session.createConsumer(queue).receive(SOON))).isEqualTo("a");
                session.commit();
            }
            session.close();
        }
        assertThat(session().createConsumer(queue).receiveNoWait()).isNull();
    }

    @Test
    void messageOfOneSessionIsSentByAnother_6_2() throws JMSException {
        var queue = queue();
        var closed = session();
        var message = closed.createTextMessage("m");
        closed.close();
        var session = session();
        session.createProducer(queue).send(message);
        assertThat(text(session.createConsumer(queue).receive(SOON))).isEqualTo("m");
    }
}
