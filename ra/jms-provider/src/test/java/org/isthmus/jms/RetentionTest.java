package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.util.Map;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What queues and durable subscriptions have not received is kept however old it is (§4.4.1, §8.3.3); here, everything is too old at once. */
@Timeout(60)
@RealBrokerTest.With({"log.retention.ms=1", "log.retention.check.interval.ms=20"})
class RetentionTest extends RealBrokerTest {
    private void send(IsthmusDestination destination, String... texts) throws JMSException {
        var session = session();
        var producer = session.createProducer(destination);
        for (var text : texts) {
            producer.send(session.createTextMessage(text));
        }
    }

    /** Once that is so, it was looked at what has to go when all of it was there and too old. */
    private void awaitStart(String topic, long offset) throws Exception {
        while (offset(new TopicPartition(topic, 0), new OffsetSpec.Earliest()) != offset) {
            Thread.onSpinWait();
        }
    }

    @Test
    void durableSubscriptionReceivesWhatIsTooOld_8_3_3() throws Exception {
        var topic = topic("orders");
        var connection = connect(own("client"));
        connection.start();
        var session = connection.createSession();
        var consumer = session.createDurableConsumer(topic, "audit");
        send(topic, "a", "b", "c");
        assertThat(bodyOf(consumer.receive(SOON))).isEqualTo("a");
        consumer.close();

        awaitStart(topic.getName(), 1);

        var again = session.createDurableConsumer(topic, "audit");
        assertThat(bodyOf(again.receive(SOON))).isEqualTo("b");
        assertThat(bodyOf(again.receive(SOON))).isEqualTo("c");
        awaitStart(topic.getName(), 3);
    }

    @Test
    void topicGoesByTheSlowestSubscription_8_3_3() throws Exception {
        var topic = topic("orders");
        var session = session();
        session.createSharedDurableConsumer(topic, "slow").close();
        var quick = session.createSharedDurableConsumer(topic, "quick");
        send(topic, "a");
        assertThat(bodyOf(quick.receive(SOON))).isEqualTo("a");
        quick.close();
        send(topic("nobody"), "gone");
        awaitStart(own("nobody"), 1);

        var slow = session.createSharedDurableConsumer(topic, "slow");
        assertThat(bodyOf(slow.receive(SOON))).isEqualTo("a");
        slow.close();
        session.unsubscribe("slow");
        awaitStart(topic.getName(), 1);
    }

    @Test
    void queueKeepsWhatNobodyHasConsumed_4_4_1() throws Exception {
        var queue = new IsthmusQueue(own("work"));
        send(queue, "a", "b");
        send(topic("nobody"), "gone");
        awaitStart(own("nobody"), 1);

        var consumer = started().createSession(Session.CLIENT_ACKNOWLEDGE).createConsumer(queue);
        consumer.receive(SOON).acknowledge();
        awaitStart(queue.getQueueName(), 1);
        assertThat(bodyOf(consumer.receive(SOON))).isEqualTo("b");
    }

    @Test
    void deadLetterIsKeptUntilSomebodyLooks() throws Exception {
        var queue = new IsthmusQueue(own("work"));
        send(queue, "bad");
        var session = started().createSession(Session.CLIENT_ACKNOWLEDGE);
        var consumer = session.createConsumer(queue);
        for (var delivery = 1; delivery <= 10; delivery++) {
            consumer.receive(SOON);
            session.recover();
        }
        awaitStart(queue.getQueueName(), 1);
        send(topic("nobody"), "gone");
        awaitStart(own("nobody"), 1);

        assertThat(bodyOf(session()
                        .createConsumer(new IsthmusQueue("jms-dead-letters"))
                        .receive(SOON)))
                .isEqualTo("bad");
    }

    @Test
    void topicThatSaysItselfHowLongKeepsNothingLonger() throws Exception {
        var topic = topic("news");
        create(new NewTopic(topic.getName(), 1, Map.of("retention.ms", "1")));
        var session = session();
        session.createSharedDurableConsumer(topic, "late").close();
        send(topic, "a");
        awaitStart(topic.getName(), 1);
    }
}
