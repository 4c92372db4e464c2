package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** Shared subscriptions, durable (§8.3.4) and not (§8.3.2). */
class SharedSubscriptionTest extends RealBrokerTest {
    private final IsthmusTopic topic = topic("news");
    private final String name = own("sub");

    private void publish(String... texts) throws JMSException {
        var session = session();
        var producer = session.createProducer(topic);
        for (var text : texts) {
            var message = session.createTextMessage(text);
            message.setStringProperty("text", text);
            producer.send(message);
        }
    }

    @Test
    void consumersShareTheMessagesOfADurableSubscription() throws Exception {
        var got = new LinkedBlockingQueue<String>();
        for (int i = 0; i < 3; i++) {
            started()
                    .createSession()
                    .createSharedDurableConsumer(topic, name)
                    .setMessageListener(message -> got.add(bodyOf(message)));
        }
        var texts = new HashSet<String>();
        for (int i = 0; i < 30; i++) {
            texts.add("m" + i);
        }
        publish(texts.toArray(String[]::new));

        var seen = new HashSet<String>();
        for (int i = 0; i < 30; i++) {
            assertThat(seen.add(got.poll(SOON, TimeUnit.MILLISECONDS))).isTrue();
        }
        assertThat(seen).isEqualTo(texts);
        assertThat(got).isEmpty();
    }

    @Test
    void durableSubscriptionOutlivesItsConsumers() throws JMSException {
        var session = session();
        session.createSharedDurableConsumer(topic, name).close();
        publish("a");
        var consumer = session().createSharedDurableConsumer(topic, name);
        assertThat(consumer.receive(SOON).getBody(String.class)).isEqualTo("a");
    }

    @Test
    void otherSubscriptionEndsWithItsLastConsumer() throws JMSException {
        var one = session().createSharedConsumer(topic, name);
        var two = session().createSharedConsumer(topic, name);
        one.close();
        publish("a");
        assertThat(two.receive(SOON).getBody(String.class)).isEqualTo("a");
        two.close();
        publish("b");
        var three = session().createSharedConsumer(topic, name);
        publish("c");
        assertThat(three.receive(SOON).getBody(String.class)).isEqualTo("c");
    }

    @Test
    void namesOfBothKindsAreApart() throws JMSException {
        var session = session();
        var durable = session.createSharedDurableConsumer(topic, name);
        var other = session.createSharedConsumer(topic, name);
        publish("a");
        assertThat(durable.receive(SOON).getBody(String.class)).isEqualTo("a");
        assertThat(other.receive(SOON).getBody(String.class)).isEqualTo("a");
    }

    @Test
    void clientIdentifierIsPartOfTheName() throws JMSException {
        var with = connect(own("client"));
        with.start();
        var one = with.createSession().createSharedDurableConsumer(topic, name);
        var two = session().createSharedDurableConsumer(topic, name);
        publish("a");
        assertThat(one.receive(SOON)).isNotNull();
        assertThat(two.receive(SOON)).isNotNull();
    }

    @Test
    void selectorIsTheSubscriptions() throws JMSException {
        var session = session();
        session.createSharedDurableConsumer(topic, name, "text = 'b'").close();
        publish("a", "b");
        var consumer = session.createSharedDurableConsumer(topic, name, "text = 'b'");
        assertThat(consumer.receive(SOON).getBody(String.class)).isEqualTo("b");
        assertThat(consumer.receiveNoWait()).isNull();
    }

    @Test
    void anotherTopicOrSelectorIsRefusedBesideAConsumer() throws JMSException {
        var session = session();
        var other = session();
        session.createSharedDurableConsumer(topic, name, "text = 'a'");
        session.createSharedConsumer(topic, name, "text = 'a'");
        for (var selector : new String[] {null, "text = 'b'"}) {
            assertThatThrownBy(() -> other.createSharedDurableConsumer(topic, name, selector))
                    .isInstanceOf(JMSException.class);
            assertThatThrownBy(() -> other.createSharedConsumer(topic, name, selector))
                    .isInstanceOf(JMSException.class);
        }
        var elsewhere = topic("elsewhere");
        assertThatThrownBy(() -> other.createSharedDurableConsumer(elsewhere, name, "text = 'a'"))
                .isInstanceOf(JMSException.class);
        assertThatThrownBy(() -> other.createSharedConsumer(elsewhere, name, "text = 'a'"))
                .isInstanceOf(JMSException.class);
        other.createSharedDurableConsumer(topic, name, "text = 'a'");
        other.createSharedConsumer(topic, name, "text = 'a'");
    }

    @Test
    void anotherTopicOrSelectorBeginsAnIdleSubscriptionAnew() throws JMSException {
        var session = session();
        session.createSharedDurableConsumer(topic, name).close();
        publish("old");
        session.createSharedDurableConsumer(topic, name, "text <> 'x'").close();
        publish("a");
        var consumer = session.createSharedDurableConsumer(topic, name, "text <> 'x'");
        assertThat(consumer.receive(SOON).getBody(String.class)).isEqualTo("a");
        consumer.close();

        session.createSharedDurableConsumer(topic("elsewhere"), name).close();
        publish("b");
        var again = session.createSharedDurableConsumer(topic, name);
        publish("c");
        assertThat(again.receive(SOON).getBody(String.class)).isEqualTo("c");
    }

    @Test
    void sharedAndUnsharedDurableSubscriptionsCannotHaveOneName() throws JMSException {
        var connection = connect(own("client"));
        var session = connection.createSession();
        session.createSharedDurableConsumer(topic, name).close();
        assertThatThrownBy(() -> session.createDurableConsumer(topic, name)).isInstanceOf(JMSException.class);
        session.createDurableConsumer(topic, own("other")).close();
        assertThatThrownBy(() -> session.createSharedDurableConsumer(topic, own("other")))
                .isInstanceOf(JMSException.class);
        session.unsubscribe(name);
        session.createDurableConsumer(topic, name);
    }

    @Test
    void unsubscribeNeedsAnIdleSubscriptionOfTheName() throws JMSException {
        var session = session();
        var consumer = session.createSharedDurableConsumer(topic, name);
        assertThatThrownBy(() -> session.unsubscribe(name)).isInstanceOf(IllegalStateException.class);
        consumer.close();
        session().unsubscribe(name);
        assertThatThrownBy(() -> session.unsubscribe(name)).isInstanceOf(InvalidDestinationException.class);
        publish("a");
        var again = session.createSharedDurableConsumer(topic, name);
        publish("b");
        assertThat(again.receive(SOON).getBody(String.class)).isEqualTo("b");
    }

    @Test
    void badArgumentsAreRefusedAtTheCall() throws JMSException {
        var session = session();
        assertThatThrownBy(() -> session.createSharedConsumer(null, name))
                .isInstanceOf(InvalidDestinationException.class);
        assertThatThrownBy(() -> session.createSharedDurableConsumer(null, name))
                .isInstanceOf(InvalidDestinationException.class);
        assertThatThrownBy(() -> session.createSharedConsumer(topic, null)).isInstanceOf(JMSException.class);
        assertThatThrownBy(() -> session.createSharedConsumer(topic, name, "="))
                .isInstanceOf(jakarta.jms.InvalidSelectorException.class);
        assertThatThrownBy(() -> session.createSharedDurableConsumer(topic, name, "="))
                .isInstanceOf(jakarta.jms.InvalidSelectorException.class);
    }

    @Test
    void whatAConsumerHadGoesToTheOthersInOrderAndOnlyDeliveriesCount() throws JMSException {
        var first = started().createSession(Session.CLIENT_ACKNOWLEDGE);
        var one = first.createSharedDurableConsumer(topic, name);
        publish("a", "b", "c");
        assertThat(one.receive(SOON).getBody(String.class)).isEqualTo("a");
        assertThat(one.receive(SOON).getBody(String.class)).isEqualTo("b");
        first.close();

        var two = session().createSharedDurableConsumer(topic, name);
        for (var expected : new String[] {"a true 2", "b true 2", "c false 1"}) {
            var message = two.receive(SOON);
            assertThat(message.getBody(String.class)
                            + " "
                            + message.getJMSRedelivered()
                            + " "
                            + message.getIntProperty("JMSXDeliveryCount"))
                    .isEqualTo(expected);
        }
    }

    @Test
    void recoveredMessagesComeAgainInOrderToTheSameSession() throws JMSException {
        var session = started().createSession(Session.CLIENT_ACKNOWLEDGE);
        var consumer = session.createSharedConsumer(topic, name);
        publish("a", "b");
        consumer.receive(SOON).acknowledge();
        publish("c");
        assertThat(consumer.receive(SOON).getBody(String.class)).isEqualTo("b");
        assertThat(consumer.receive(SOON).getBody(String.class)).isEqualTo("c");
        session.recover();
        var again = consumer.receive(SOON);
        assertThat(again.getBody(String.class)).isEqualTo("b");
        assertThat(again.getIntProperty("JMSXDeliveryCount")).isEqualTo(2);
        assertThat(consumer.receive(SOON).getBody(String.class)).isEqualTo("c");
    }

    @Test
    void consumersOnSeveralPartitionsMissNothing() throws Exception {
        create(topic, 3);
        var consumer = session().createSharedConsumer(topic, name);
        for (int i = 0; i < 6; i++) {
            publish("m" + i); // each by a session of its own, so in several partitions
        }
        Set<String> got = new HashSet<>();
        for (int i = 0; i < 6; i++) {
            got.add(consumer.receive(SOON).getBody(String.class));
        }
        assertThat(got).hasSize(6);
    }

    /** The topic has got a partition of which the connection that changes the selector has not heard. */
    @Test
    void anotherSelectorBeginsASubscriptionAnewInNewerPartitionsToo() throws Exception {
        create(topic, 1);
        var early = session();
        early.createSharedDurableConsumer(topic, name, "text = 'a'").close();
        addPartition();
        session().createSharedDurableConsumer(topic, name, "text = 'a'").close();
        publishToTheNewPartition("b", "before");

        early.createSharedDurableConsumer(topic, name, "text = 'b'").close();
        publishToTheNewPartition("b", "after");

        var consumer = session().createSharedDurableConsumer(topic, name, "text = 'b'");
        assertThat(consumer.receive(SOON).getStringProperty("sent")).isEqualTo("after");
    }

    @Test
    void anotherSelectorBeginsASubscriptionAnewThatIsInNoNewerPartitionYet() throws Exception {
        create(topic, 1);
        session().createSharedDurableConsumer(topic, name, "text = 'a'").close();
        addPartition();
        publishToTheNewPartition("b", "before");

        var consumer = session().createSharedDurableConsumer(topic, name, "text = 'b'");
        publishToTheNewPartition("b", "after");
        assertThat(consumer.receive(SOON).getStringProperty("sent")).isEqualTo("after");
    }

    @Test
    void subscriptionBeginsInPartitionsTooThatAreNewerThanWhatItsConnectionKnows() throws Exception {
        create(topic, 1);
        var early = session();
        early.createConsumer(topic).close();
        addPartition();
        publishToTheNewPartition("a", "before");

        var first = early.createSharedDurableConsumer(topic, name);
        publishToTheNewPartition("a", "after");
        assertThat(first.receive(SOON).getStringProperty("sent")).isEqualTo("after");
        first.close();

        var consumer = session().createSharedDurableConsumer(topic, name);
        publishToTheNewPartition("a", "later");
        assertThat(consumer.receive(SOON).getStringProperty("sent")).isEqualTo("later");
    }

    private void addPartition() throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            admin.createPartitions(Map.of(topic.getName(), NewPartitions.increaseTo(2)))
                    .all()
                    .get(SOON, TimeUnit.MILLISECONDS);
        }
    }

    private void publishToTheNewPartition(String text, String sent) throws Exception {
        var config = Map.<String, Object>of("bootstrap.servers", bootstrapServers());
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            var record = new ProducerRecord<String, String>(topic.getName(), 1, null, text);
            record.headers().add("text", text.getBytes(StandardCharsets.UTF_8));
            record.headers().add("sent", sent.getBytes(StandardCharsets.UTF_8));
            producer.send(record).get(SOON, TimeUnit.MILLISECONDS);
        }
    }
}
