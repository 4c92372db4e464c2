package org.isthmus.jms.spec;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Subscriptions (§4.2, §8.3): their names, what they get of a topic, and that none has to do with another. */
class SubscriptionsSpecTest extends SpecTest {
    @Test
    void namesHaveAllThatTheyMustBeAllowedToHave_4_2_4() throws JMSException {
        var topic = topic();
        var names = List.of("Letters09_.-", "größe_٣.漢-字", "n".repeat(128), "漢".repeat(128));
        var connection = connection();
        connection.setClientID(own("id"));
        connection.start();
        var session = connection.createSession();
        var sender = session();
        for (var name : names) {
            var consumers = List.of(
                    session.createDurableConsumer(topic, name),
                    session.createSharedConsumer(topic, name),
                    sender.createSharedDurableConsumer(topic, name));
            sender.createProducer(topic).send(sender.createTextMessage(name));
            for (var consumer : consumers) {
                assertThat(text(consumer.receive(SOON))).isEqualTo(name);
                consumer.close();
            }
            session.unsubscribe(name);
            sender.unsubscribe(name);
        }
    }

    @Test
    void nameThatIsTooLongIsRefused_8_3() throws JMSException {
        var topic = topic();
        var session = session();
        for (int length : new int[] {40_000, 70_000}) {
            var name = "n".repeat(length);
            refused(
                    JMSException.class,
                    () -> session.createSharedConsumer(topic, name),
                    () -> session.createSharedDurableConsumer(topic, name),
                    () -> session.unsubscribe(name));
        }
    }

    private interface Subscribing {
        MessageConsumer to(Session session, Topic topic, String name) throws JMSException;
    }

    @Test
    void eachSubscriptionHasACopyOfItsOwn_4_2_2() throws JMSException {
        var topic = topic();
        var first = session(Session.CLIENT_ACKNOWLEDGE);
        var second = session(Session.CLIENT_ACKNOWLEDGE);
        for (Subscribing kind : new Subscribing[] {
            (session, on, name) -> session.createConsumer(on),
            Session::createSharedConsumer,
            Session::createSharedDurableConsumer
        }) {
            var done = kind.to(first, topic, own("first"));
            var open = kind.to(second, topic, own("second"));
            var sender = session();
            sender.createProducer(topic).send(sender.createTextMessage("a"));
            done.receive(SOON).acknowledge();
            assertThat(text(open.receive(SOON))).isEqualTo("a");
            first.recover();
            second.recover();
            assertThat(done.receiveNoWait()).isNull();
            var again = open.receive(SOON);
            assertThat(again.getJMSRedelivered()).isTrue();
            again.acknowledge();
            done.close();
            open.close();
        }
    }
}
