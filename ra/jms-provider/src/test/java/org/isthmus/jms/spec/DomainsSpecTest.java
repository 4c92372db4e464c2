package org.isthmus.jms.spec;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.JMSException;
import jakarta.jms.QueueConnection;
import jakarta.jms.QueueRequestor;
import jakarta.jms.QueueSession;
import jakarta.jms.Session;
import jakarta.jms.TopicConnection;
import jakarta.jms.TopicRequestor;
import jakarta.jms.TopicSession;
import org.junit.jupiter.api.Test;

/** The interfaces of the older domains (§2.6, §4, §9.2): what they do, and what of the other domain they refuse. */
class DomainsSpecTest extends SpecTest {
    private QueueConnection queues() throws JMSException {
        return closing(factory().createQueueConnection());
    }

    private TopicConnection topics() throws JMSException {
        return closing(factory().createTopicConnection());
    }

    @Test
    void queueSessionRefusesWhatIsOfTopics_9_2() throws JMSException {
        var topic = topic();
        var connection = queues();
        connection.setClientID(own("queues"));
        for (Session session : new Session[] {
            connection.createQueueSession(false, Session.AUTO_ACKNOWLEDGE), connection.createSession()
        }) {
            refused(
                    IllegalStateException.class,
                    () -> session.createTopic("t"),
                    session::createTemporaryTopic,
                    () -> session.createDurableSubscriber(topic, "s"),
                    () -> session.createDurableSubscriber(topic, "s", "a = 1", false),
                    () -> session.createDurableConsumer(topic, "s"),
                    () -> session.createDurableConsumer(topic, "s", "a = 1", false),
                    () -> session.createSharedConsumer(topic, "s"),
                    () -> session.createSharedConsumer(topic, "s", "a = 1"),
                    () -> session.createSharedDurableConsumer(topic, "s"),
                    () -> session.createSharedDurableConsumer(topic, "s", "a = 1"),
                    () -> session.unsubscribe("s"));
        }
        refused(
                IllegalStateException.class,
                () -> connection.createDurableConnectionConsumer(topic, "s", "", null, 1),
                () -> connection.createSharedConnectionConsumer(topic, "s", "", null, 1),
                () -> connection.createSharedDurableConnectionConsumer(topic, "s", "", null, 1));
    }

    @Test
    void topicSessionRefusesWhatIsOfQueues_9_2() throws JMSException {
        var queue = queue();
        var connection = topics();
        for (Session session : new Session[] {
            connection.createTopicSession(false, Session.AUTO_ACKNOWLEDGE), connection.createSession()
        }) {
            refused(
                    IllegalStateException.class,
                    () -> session.createQueue("q"),
                    session::createTemporaryQueue,
                    () -> session.createBrowser(queue),
                    () -> session.createBrowser(queue, "a = 1"));
        }
    }

    @Test
    void queueIsUsedByItsOwnInterfaces_4_1() throws JMSException {
        var connection = queues();
        connection.start();
        QueueSession session = connection.createQueueSession(false, Session.AUTO_ACKNOWLEDGE);
        var queue = session.createQueue(own("queue"));
        var sender = session.createSender(queue);
        assertThat(sender.getQueue()).isEqualTo(queue);
        sender.send(session.createTextMessage("a"));
        var free = session.createSender(null);
        assertThat(free.getQueue()).isNull();
        free.send(queue, session.createTextMessage("b"));
        var receiver = session.createReceiver(queue);
        assertThat(receiver.getQueue()).isEqualTo(queue);
        assertThat(receiver.getMessageSelector()).isNull();
        assertThat(text(receiver.receive(SOON))).isEqualTo("a");
        assertThat(text(receiver.receive(SOON))).isEqualTo("b");
        assertThat(session.createReceiver(queue, "a = 1").getMessageSelector()).isEqualTo("a = 1");
        refused(UnsupportedOperationException.class, () -> sender.send(queue, session.createMessage()));
        refused(UnsupportedOperationException.class, () -> free.send(session.createMessage()));
        refused(InvalidDestinationException.class, () -> session.createReceiver(null));
        refused(InvalidSelectorException.class, () -> session.createReceiver(queue, "=TEST"));
        refused(InvalidDestinationException.class, () -> new QueueRequestor(session, null));
        assertThat(connection.createQueueSession(true, 0).getTransacted()).isTrue();
    }

    @Test
    void topicIsUsedByItsOwnInterfaces_4_2() throws JMSException {
        var connection = topics();
        connection.setClientID(own("topics"));
        connection.start();
        TopicSession session = connection.createTopicSession(false, Session.AUTO_ACKNOWLEDGE);
        var topic = session.createTopic(own("topic"));
        var subscriber = session.createSubscriber(topic);
        var own = session.createSubscriber(topic, "a = 1", true);
        assertThat(subscriber.getTopic()).isEqualTo(topic);
        assertThat(subscriber.getNoLocal()).isFalse();
        assertThat(own.getNoLocal()).isTrue();
        assertThat(own.getMessageSelector()).isEqualTo("a = 1");
        var durable = session.createDurableSubscriber(topic, "s");
        assertThat(durable.getTopic()).isEqualTo(topic);
        var publisher = session.createPublisher(topic);
        assertThat(publisher.getTopic()).isEqualTo(topic);
        publisher.publish(session.createTextMessage("a"));
        publisher.publish(session.createTextMessage("b"), 1, 9, 0);
        var free = session.createPublisher(null);
        assertThat(free.getTopic()).isNull();
        free.publish(topic, session.createTextMessage("c"));
        free.publish(topic, session.createTextMessage("d"), 2, 4, 0);
        for (var expected : new String[] {"a", "b", "c", "d"}) {
            assertThat(text(subscriber.receive(SOON))).isEqualTo(expected);
        }
        refused(UnsupportedOperationException.class, () -> publisher.publish(topic, session.createMessage()));
        refused(UnsupportedOperationException.class, () -> free.publish(session.createMessage()));
        refused(
                InvalidDestinationException.class,
                () -> session.createSubscriber(null),
                () -> session.createDurableSubscriber(null, "s"),
                () -> new TopicRequestor(session, null));
        refused(
                InvalidSelectorException.class,
                () -> session.createSubscriber(topic, "=TEST", false),
                () -> session.createDurableSubscriber(topic, "t", "=TEST", false));
        refused(IllegalStateException.class, () -> session.unsubscribe("s"));
        durable.close();
        session.unsubscribe("s");
        refused(InvalidDestinationException.class, () -> session.unsubscribe("s"));
    }
}
