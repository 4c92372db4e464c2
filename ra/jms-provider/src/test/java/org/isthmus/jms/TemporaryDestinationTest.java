package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.Message;
import jakarta.jms.QueueRequestor;
import jakarta.jms.QueueSession;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TopicRequestor;
import jakarta.jms.TopicSession;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.Test;

/** Destinations that end with their connection (§4.1.5, §6.2.2), and request and reply (§4.1.7, §4.2.10). */
class TemporaryDestinationTest extends RealBrokerTest {
    private static void answerWithEcho(IsthmusSession session, jakarta.jms.Destination requests) throws JMSException {
        var replies = session.createProducer(null);
        session.createConsumer(requests).setMessageListener(request -> {
            try {
                var reply = session.createTextMessage("echo of " + bodyOf(request));
                reply.setJMSCorrelationID(request.getJMSMessageID());
                replies.send(request.getJMSReplyTo(), reply);
            } catch (JMSException e) {
                throw new JMSRuntimeException(e.getMessage(), e.getErrorCode(), e);
            }
        });
    }

    @Test
    void queueRequestorGetsItsAnswer_4_1_7() throws Exception {
        var requests = new IsthmusQueue(own("requests"));
        answerWithEcho(session(), requests);
        QueueSession session = started().createSession(Session.AUTO_ACKNOWLEDGE);
        var requestor = new QueueRequestor(session, requests);
        for (int i = 0; i < 10; i++) {
            assertThat(bodyOf(requestor.request(session.createTextMessage("r" + i))))
                    .isEqualTo("echo of r" + i);
        }
        requestor.close();
    }

    @Test
    void topicRequestorGetsItsAnswer_4_2_10() throws Exception {
        var requests = topic("requests");
        answerWithEcho(session(), requests);
        TopicSession session = started().createSession(Session.AUTO_ACKNOWLEDGE);
        var requestor = new TopicRequestor(session, requests);
        assertThat(bodyOf(requestor.request(session.createTextMessage("r")))).isEqualTo("echo of r");
        requestor.close();
    }

    @Test
    void eachRequestMayHaveItsOwnQueue() throws Exception {
        var requests = new IsthmusQueue(own("requests"));
        answerWithEcho(session(), requests);
        var session = session();
        var producer = session.createProducer(requests);
        for (int i = 0; i < 50; i++) {
            var replies = session.createTemporaryQueue();
            try (var consumer = session.createConsumer(replies)) {
                var request = session.createTextMessage("r" + i);
                request.setJMSReplyTo(replies);
                producer.send(request);
                assertThat(bodyOf(consumer.receive(SOON))).isEqualTo("echo of r" + i);
            }
            replies.delete();
        }
    }

    @Test
    void replyAddressIsTemporaryOnTheOtherSideToo() throws Exception {
        var requests = new IsthmusQueue(own("requests"));
        var session = session();
        var replies = session.createTemporaryQueue();
        var request = session.createTextMessage("r");
        request.setJMSReplyTo(replies);
        session.createProducer(requests).send(request);
        var received = session().createConsumer(requests).receive(SOON);
        assertThat(received.getJMSReplyTo()).isInstanceOf(TemporaryQueue.class).isEqualTo(replies);
        var theirs = (TemporaryQueue) received.getJMSReplyTo();
        assertThatThrownBy(theirs::delete).isInstanceOf(JMSException.class);
    }

    @Test
    void onlyTheConnectionThatMadeItReceives_6_2_2() throws Exception {
        var queue = session().createTemporaryQueue();
        var other = session();
        other.createProducer(queue).send(other.createTextMessage("from anybody"));
        assertThatThrownBy(() -> other.createConsumer(queue)).isInstanceOf(JMSException.class);
        var topic = session().createTemporaryTopic();
        assertThatThrownBy(() -> other.createConsumer(topic)).isInstanceOf(JMSException.class);
    }

    @Test
    void sessionsOfTheConnectionCompete() throws Exception {
        var connection = started();
        var session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        var queue = session.createTemporaryQueue();
        var producer = session.createProducer(queue);
        producer.send(session.createTextMessage("a"));
        producer.send(session.createTextMessage("b"));
        var one = session.createConsumer(queue);
        var two = connection.createSession(Session.AUTO_ACKNOWLEDGE).createConsumer(queue);
        assertThat(bodyOf(one.receive(SOON))).isEqualTo("a");
        assertThat(bodyOf(two.receive(SOON))).isEqualTo("b");
    }

    @Test
    void topicReachesItsSubscribers() throws Exception {
        var session = session();
        var topic = session.createTemporaryTopic();
        var one = session.createConsumer(topic);
        var two = session.createConsumer(topic);
        session().createProducer(topic).send(session.createTextMessage("news"));
        assertThat(bodyOf(one.receive(SOON))).isEqualTo("news");
        assertThat(bodyOf(two.receive(SOON))).isEqualTo("news");
    }

    @Test
    void queueWithAConsumerIsNotDeleted_4_1_5() throws Exception {
        var session = session();
        var queue = session.createTemporaryQueue();
        var consumer = session.createConsumer(queue);
        assertThatThrownBy(queue::delete).isInstanceOf(JMSException.class);
        consumer.close();
        queue.delete();
        queue.delete();
        assertThatThrownBy(() -> session.createConsumer(queue)).isInstanceOf(InvalidDestinationException.class);
    }

    @Test
    void deletedQueueTakesNothing() throws Exception {
        var session = session();
        var queue = session.createTemporaryQueue();
        var other = session();
        var producer = other.createProducer(queue);
        producer.send(other.createTextMessage("a"));
        queue.delete();
        assertThatThrownBy(() -> producer.send(other.createTextMessage("b")))
                .isInstanceOf(InvalidDestinationException.class);
    }

    @Test
    void destinationEndsWithItsConnection_4_1_5() throws Exception {
        var connection = started();
        var queue = connection.createSession().createTemporaryQueue();
        var other = session();
        var producer = other.createProducer(queue);
        producer.send(other.createTextMessage("a"));
        connection.close();
        Object outcome;
        do { // the broker hears of the lost connection a moment later
            outcome = outcome(() -> producer.send(other.createTextMessage("b")));
        } while (outcome.equals("done"));
        assertThat(outcome).isInstanceOf(InvalidDestinationException.class);
    }

    @Test
    void durableSubscriptionNeedsALastingTopic() throws Exception {
        var session = connect("durable-" + own("client")).createSession();
        var topic = session.createTemporaryTopic();
        assertThatThrownBy(() -> session.createDurableConsumer(topic, "name"))
                .isInstanceOf(InvalidDestinationException.class);
    }

    @Test
    void contextMakesThemToo() throws Exception {
        try (var context = context(Session.AUTO_ACKNOWLEDGE)) {
            var queue = context.createTemporaryQueue();
            context.createProducer().send(queue, "a");
            assertThat(context.createConsumer(queue).receiveBody(String.class, SOON))
                    .isEqualTo("a");
        }
    }

    @Test
    void largeQueueLivesOnTheDisk() throws Exception {
        var session = session();
        var queue = session.createTemporaryQueue();
        var producer = session.createProducer(queue);
        var body = "x".repeat(100_000);
        for (int i = 0; i < 100; i++) {
            producer.send(session.createTextMessage(i + body));
        }
        var consumer = session.createConsumer(queue);
        for (int i = 0; i < 100; i++) {
            assertThat(bodyOf(consumer.receive(SOON))).startsWith(i + "x");
        }
    }

    @Test
    void browserShowsATemporaryQueue() throws Exception {
        var session = session();
        var queue = session.createTemporaryQueue();
        session.createProducer(queue).send(session.createTextMessage("a"));
        assertThat(bodyOf(
                        (Message) session.createBrowser(queue).getEnumeration().nextElement()))
                .isEqualTo("a");
    }

    @Test
    void stockClientIsNotShownThem() throws Exception {
        var session = session();
        var queue = session.createTemporaryQueue();
        session.createProducer(queue).send(session.createTextMessage("a"));
        session.createConsumer(queue);
        var name = queue.getQueueName();
        try (var admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers()))) {
            assertThat(admin.listTopics().names().get()).doesNotContain(name);
            assertThat(admin.listGroups().all().get())
                    .noneMatch(group -> group.groupId().contains(name));
        }
    }
}
