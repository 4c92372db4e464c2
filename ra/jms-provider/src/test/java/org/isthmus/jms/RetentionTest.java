package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
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
        awaitStart(new TopicPartition(topic, 0), offset);
    }

    private void awaitStart(TopicPartition partition, long offset) throws Exception {
        while (offset(partition, new OffsetSpec.Earliest()) != offset) {
            Thread.onSpinWait();
        }
    }

    /** Adds a second partition to a topic, with one record in it. */
    private void addPartition(String topic, String text) throws Exception {
        Map<String, Object> broker = Map.of("bootstrap.servers", bootstrapServers());
        try (var admin = Admin.create(broker);
                var producer = new KafkaProducer<>(broker, new StringSerializer(), new StringSerializer())) {
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(2)))
                    .all()
                    .get(SOON, TimeUnit.MILLISECONDS);
            producer.send(new ProducerRecord<>(topic, 1, null, text)).get(SOON, TimeUnit.MILLISECONDS);
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
    void durableSubscriptionReceivesWhatCameToANewPartitionWhileItWasAway_8_3_3() throws Exception {
        var topic = topic("orders");
        var added = new TopicPartition(topic.getName(), 1);
        session().createSharedDurableConsumer(topic, "away").close();
        addPartition(topic.getName(), "a");
        send(topic("nobody"), "gone");
        awaitStart(own("nobody"), 1);
        var quick = started().createSession().createSharedDurableConsumer(topic, "quick");
        send(topic, "b"); // the subscription begins with what comes next, wherever that lies
        quick.close();

        var session = started().createSession();
        var back = session.createSharedDurableConsumer(topic, "away");
        assertThat(Set.of(text(back.receive(SOON)), text(back.receive(SOON)))).containsExactlyInAnyOrder("a", "b");
        back.close();
        session.unsubscribe("quick");
        awaitStart(added, offset(added, new OffsetSpec.Latest()));
    }

    /** What a Kafka producer wrote says nothing of its kind. */
    private static String text(Message message) throws JMSException {
        return message instanceof TextMessage text
                ? text.getText()
                : new String(message.getBody(byte[].class), StandardCharsets.UTF_8);
    }

    @Test
    void subscriptionThatIsEndedKeepsNothingOfANewPartition() throws Exception {
        var topic = topic("orders");
        var session = session();
        session.createSharedDurableConsumer(topic, "away").close();
        addPartition(topic.getName(), "a");
        session.unsubscribe("away");
        awaitStart(new TopicPartition(topic.getName(), 1), 1);
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
