package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Unshared durable subscriptions (§8.3.3) and what acknowledgement means to them (§6.2.10). */
class DurableSubscriptionTest extends RealBrokerTest {
    private final IsthmusTopic topic = topic("orders");

    private void publish(String... texts) throws JMSException {
        var session = session();
        var producer = session.createProducer(topic);
        for (var text : texts) {
            producer.send(session.createTextMessage(text));
        }
    }

    private IsthmusConnection client() throws JMSException {
        var connection = connect(own("client"));
        connection.start();
        return connection;
    }

    @ParameterizedTest
    @ValueSource(ints = {Session.AUTO_ACKNOWLEDGE, Session.CLIENT_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE})
    void subscriptionGoesOnWhereItsConsumerStopped(int mode) throws JMSException {
        var first = client();
        var consumer = first.createSession(mode).createDurableConsumer(topic, "audit");
        publish("a", "b");
        consumer.receive(SOON).acknowledge();
        first.close();
        publish("c");

        var again = client().createSession(mode).createDurableConsumer(topic, "audit");

        assertThat(again.receive(SOON).getBody(String.class)).isEqualTo("b");
        assertThat(again.receive(SOON).getBody(String.class)).isEqualTo("c");
    }

    @Test
    void nothingThatIsPublishedAfterTheSubscriptionBeganIsMissed() throws Exception {
        create(topic, 3);
        var first = client();
        first.createSession().createDurableConsumer(topic, "audit");
        first.close();
        publish("a");

        var consumer = client().createSession().createDurableConsumer(topic, "audit");
        assertThat(consumer.receive(SOON).getBody(String.class)).isEqualTo("a");
    }

    @Test
    void unacknowledgedMessagesAreDeliveredToTheNextConsumer() throws JMSException {
        var first = client();
        var consumer = first.createSession(Session.CLIENT_ACKNOWLEDGE).createDurableConsumer(topic, "audit");
        publish("a");
        consumer.receive(SOON);
        first.close();

        var again = client().createSession().createDurableConsumer(topic, "audit");
        assertThat(again.receive(SOON).getBody(String.class)).isEqualTo("a");
    }

    @Test
    void messageOfAClosedConsumerCanStillBeAcknowledged() throws JMSException {
        var session = client().createSession(Session.CLIENT_ACKNOWLEDGE);
        var consumer = session.createDurableConsumer(topic, "audit");
        publish("a", "b");
        var message = consumer.receive(SOON);
        consumer.close();
        message.acknowledge();

        var again = session.createDurableConsumer(topic, "audit");
        assertThat(again.receive(SOON).getBody(String.class)).isEqualTo("b");
    }

    @Test
    void messageThatTheListenerTookIsAcknowledgedWhenItReturns() throws Exception {
        var first = client();
        var got = new LinkedBlockingQueue<String>();
        first.createSession()
                .createDurableConsumer(topic, "audit")
                .setMessageListener(message -> got.add(bodyOf(message)));
        publish("a");
        assertThat(got.poll(SOON, TimeUnit.MILLISECONDS)).isEqualTo("a");
        first.close();
        publish("b");

        var again = client().createSession().createDurableConsumer(topic, "audit");
        assertThat(again.receive(SOON).getBody(String.class)).isEqualTo("b");
    }

    @Test
    void listenerThatRecoversGetsTheMessageAgain() throws Exception {
        var session = client().createSession();
        var got = new LinkedBlockingQueue<String>();
        session.createDurableConsumer(topic, "audit").setMessageListener(message -> {
            try {
                got.add(bodyOf(message) + message.getJMSRedelivered());
                if (!message.getJMSRedelivered()) {
                    session.recover();
                }
            } catch (JMSException e) {
                got.add(e.toString());
            }
        });
        publish("a");
        assertThat(got.poll(SOON, TimeUnit.MILLISECONDS)).isEqualTo("afalse");
        assertThat(got.poll(SOON, TimeUnit.MILLISECONDS)).isEqualTo("atrue");
    }

    @Test
    void subscriptionHasOneConsumerAtATime() throws JMSException {
        var session = client().createSession();
        var consumer = session.createDurableConsumer(topic, "audit");
        assertThatThrownBy(() -> session.createDurableConsumer(topic, "audit")).isInstanceOf(JMSException.class);
        consumer.close();
        session.createDurableConsumer(topic, "audit");
    }

    @Test
    void anotherTopicBeginsTheSubscriptionAnew() throws JMSException {
        var session = client().createSession();
        session.createDurableConsumer(topic, "audit").close();
        session.createDurableConsumer(topic("other"), "audit").close();
        publish("a");
        var consumer = session.createDurableConsumer(topic, "audit");
        publish("b");
        assertThat(consumer.receive(SOON).getBody(String.class)).isEqualTo("b");
    }

    @Test
    void anotherNoLocalBeginsTheSubscriptionAnew() throws JMSException {
        var session = client().createSession();
        session.createDurableConsumer(topic, "audit").close();
        publish("a");
        var consumer = session.createDurableConsumer(topic, "audit", null, true);
        session.createProducer(topic).send(session.createTextMessage("own"));
        publish("b");
        assertThat(consumer.receive(SOON).getBody(String.class)).isEqualTo("b");
    }

    @Test
    void unsubscribeForgetsTheSubscription() throws Exception {
        var session = client().createSession();
        var consumer = session.createDurableConsumer(topic, "audit");
        assertThatThrownBy(() -> session.unsubscribe("audit")).isInstanceOf(JMSException.class);
        consumer.close();
        session.unsubscribe("audit");
        assertThatThrownBy(() -> session.unsubscribe("audit")).isInstanceOf(InvalidDestinationException.class);
    }

    @Test
    void subscriptionWhoseGroupAKafkaClientDeletesIsGone() throws Exception {
        var first = client();
        first.createSession().createDurableConsumer(topic, "audit");
        first.close();
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            admin.deleteShareGroups(List.of("jms/" + own("client") + "/audit"))
                    .all()
                    .get(SOON, TimeUnit.MILLISECONDS);
        }
        publish("a");
        var session = client().createSession();
        assertThatThrownBy(() -> session.unsubscribe("audit")).isInstanceOf(InvalidDestinationException.class);

        var anew = session.createDurableConsumer(topic, "audit");
        publish("b");
        assertThat(anew.receive(SOON).getBody(String.class)).isEqualTo("b");
    }

    @Test
    void subscriptionNeedsAClientIdentifierAndAName() throws JMSException {
        var session = session();
        assertThatThrownBy(() -> session.createDurableConsumer(topic, "audit"))
                .isInstanceOf(IllegalStateException.class);
        var client = client().createSession();
        assertThatThrownBy(() -> client.createDurableConsumer(topic, "")).isInstanceOf(JMSException.class);
    }

    @Test
    void clientIdentifiersAndNamesCannotBeConfused() throws Exception {
        var other = connect("a").createSession();
        other.createDurableConsumer(topic, "b/c").close();
        connect("a/b").createSession().createDurableConsumer(topic, "c");
        other.unsubscribe("b/c");
        assertThatThrownBy(() -> other.unsubscribe("c")).isInstanceOf(InvalidDestinationException.class);
    }

    @Test
    void selectorIsTheSubscriptions_8_3_3() throws JMSException {
        var session = client().createSession();
        session.createDurableConsumer(topic, "audit", "n > 1", false).close();
        for (int n = 0; n < 4; n++) {
            publish("n", n);
        }
        var consumer = session.createDurableConsumer(topic, "audit", "n > 1", false);
        assertThat(consumer.getMessageSelector()).isEqualTo("n > 1");
        assertThat(consumer.receive(SOON).getIntProperty("n")).isEqualTo(2);
        assertThat(consumer.receive(SOON).getIntProperty("n")).isEqualTo(3);
        assertThat(consumer.receiveNoWait()).isNull();
    }

    @Test
    void anotherSelectorBeginsAnIdleSubscriptionAnewAndIsRefusedBesideAConsumer_8_3_3() throws JMSException {
        var session = client().createSession();
        session.createDurableConsumer(topic, "audit").close();
        publish("n", 1);
        var consumer = session.createDurableConsumer(topic, "audit", "n = 2", false);
        publish("n", 2);
        assertThat(consumer.receive(SOON).getIntProperty("n")).isEqualTo(2);

        for (var other : new String[] {null, "n = 3"}) {
            assertThatThrownBy(() -> session.createDurableConsumer(topic, "audit", other, false))
                    .isInstanceOf(IllegalStateException.class);
        }
        assertThatThrownBy(() -> session.createDurableConsumer(topic("other"), "audit", "n = 2", false))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> session.createDurableConsumer(topic, "audit", "n = 2", true))
                .isInstanceOf(IllegalStateException.class);
        publish("n", 2);
        assertThat(consumer.receive(SOON)).isNotNull();
    }

    @Test
    void noLocalLeavesOutWhatAnyConnectionOfTheClientIdentifierSends_8_3_3() throws JMSException {
        var first = client();
        first.createSession().createDurableConsumer(topic, "audit", null, true).close();
        first.close();
        var later = client();
        var session = later.createSession();
        session.createProducer(topic).send(session.createTextMessage("own"));
        publish("b");
        var consumer = session.createDurableConsumer(topic, "audit", null, true);
        assertThat(consumer.getNoLocal()).isTrue();
        assertThat(consumer.receive(SOON).getBody(String.class)).isEqualTo("b");
    }

    @Test
    void anyConnectionWithTheClientIdentifierMayUnsubscribe() throws JMSException {
        var first = client();
        first.createSession().createDurableConsumer(topic, "audit");
        first.close();
        client().createSession().unsubscribe("audit");
    }

    @Test
    void closedConsumersUnacknowledgedMessagesGoToTheNextOne() throws JMSException {
        var session = client().createSession(Session.CLIENT_ACKNOWLEDGE);
        var consumer = session.createDurableConsumer(topic, "audit");
        publish("a");
        consumer.receive(SOON);
        consumer.close();
        var again = session.createDurableConsumer(topic, "audit").receive(SOON);
        assertThat(again.getBody(String.class)).isEqualTo("a");
        assertThat(again.getJMSRedelivered()).isTrue();
        assertThat(again.getIntProperty("JMSXDeliveryCount")).isEqualTo(2);
    }

    private void publish(String property, int value) throws JMSException {
        var session = session();
        var message = session.createMessage();
        message.setIntProperty(property, value);
        session.createProducer(topic).send(message);
    }
}
