package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of messages of a queue that come back (§3.5.11, §8.7). */
class DeadLetterTest extends RealBrokerTest {
    private final IsthmusQueue queue = new IsthmusQueue(own("poisoned"));
    private final IsthmusQueue dead = new IsthmusQueue(own("dead"));
    private final List<IsthmusConnection> connections = new ArrayList<>();

    private IsthmusConnection connect(int maxDeliveries, long delayMs) throws JMSException {
        var policy = new RedeliveryPolicy(maxDeliveries, delayMs, 2, delayMs, dead.getName());
        var connection = new IsthmusConnection(
                dialer(),
                Domain.UNIFIED,
                new IsthmusConnection.Settings(false, TrustedClasses.with(""), StartFrom.LATEST, policy, false, false),
                null);
        connections.add(connection);
        connection.start();
        return connection;
    }

    @AfterEach
    void closeOwnConnections() throws JMSException {
        for (var connection : connections) {
            connection.close();
        }
    }

    private void send(String... texts) throws JMSException {
        var session = session();
        var producer = session.createProducer(queue);
        for (var text : texts) {
            producer.send(session.createTextMessage(text));
        }
    }

    private void assertDead(String text, int deliveries) throws JMSException {
        var buried = session().createConsumer(dead).receive(SOON);
        assertThat(bodyOf(buried)).isEqualTo(text);
        assertThat(buried.getStringProperty("__dlq_errors_topic")).isEqualTo(queue.getName());
        assertThat(buried.getStringProperty("__dlq_errors_offset")).isEqualTo("0");
        assertThat(buried.getStringProperty("__dlq_errors_delivery_count")).isEqualTo(Integer.toString(deliveries));
        assertThat(buried.getStringProperty("__dlq_errors_message")).isEqualTo("delivered " + deliveries + " times");
    }

    @Test
    void messageThatComesBackTooOftenIsADeadLetter() throws Exception {
        send("bad", "good");
        var session = connect(3, 0).createSession(Session.CLIENT_ACKNOWLEDGE);
        var consumer = session.createConsumer(queue);
        for (int delivery = 1; delivery <= 3; delivery++) {
            var message = consumer.receive(SOON);
            assertThat(bodyOf(message)).isEqualTo("bad");
            assertThat(message.getIntProperty("JMSXDeliveryCount")).isEqualTo(delivery);
            session.recover();
        }
        assertThat(bodyOf(consumer.receive(SOON))).isEqualTo("good");
        assertDead("bad", 3);
    }

    @Test
    void deliveriesAreCountedAcrossSessions() throws Exception {
        send("bad");
        for (int delivery = 1; delivery <= 3; delivery++) {
            var session = connect(3, 0).createSession(Session.CLIENT_ACKNOWLEDGE);
            var message = session.createConsumer(queue).receive(SOON);
            assertThat(message.getIntProperty("JMSXDeliveryCount")).isEqualTo(delivery);
            assertThat(message.getJMSRedelivered()).isEqualTo(delivery > 1);
            session.close();
        }
        assertDead("bad", 3);
    }

    @Test
    void listenerThatKeepsFailingGetsNoMoreThanTheMostDeliveries() throws Exception {
        send("bad", "good");
        var seen = new CopyOnWriteArrayList<String>();
        var good = new LinkedBlockingQueue<String>();
        connect(4, 0)
                .createSession(Session.AUTO_ACKNOWLEDGE)
                .createConsumer(queue)
                .setMessageListener(message -> {
                    seen.add(bodyOf(message));
                    if (bodyOf(message).equals("bad")) {
                        throw new IllegalStateException("meant to fail");
                    }
                    good.add(bodyOf(message));
                });
        assertThat(good.poll(SOON, TimeUnit.MILLISECONDS)).isEqualTo("good");
        assertDead("bad", 4);
        assertThat(seen).containsExactly("bad", "bad", "bad", "bad", "good");
    }

    @Test
    void delayLetsOthersGoFirst() throws Exception {
        send("late", "next");
        var session = connect(10, 3_600_000).createSession(Session.CLIENT_ACKNOWLEDGE);
        var consumer = session.createConsumer(queue);
        assertThat(bodyOf(consumer.receive(SOON))).isEqualTo("late");
        session.recover();
        assertThat(bodyOf(consumer.receive(SOON))).isEqualTo("next");
        assertThat(consumer.receiveNoWait()).isNull();
    }

    @Test
    void delayedMessageComesAgainWhenItsDelayIsOver() throws Exception {
        send("late");
        var session = connect(10, 50).createSession(Session.CLIENT_ACKNOWLEDGE);
        var consumer = session.createConsumer(queue);
        assertThat(bodyOf(consumer.receive(SOON))).isEqualTo("late");
        session.recover();
        var late = consumer.receive(SOON);
        assertThat(bodyOf(late)).isEqualTo("late");
        assertThat(late.getIntProperty("JMSXDeliveryCount")).isEqualTo(2);
    }

    @Test
    void queueHasItsOwnSettings() throws Exception {
        send("bad");
        try (var admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers()))) {
            var group = new ConfigResource(ConfigResource.Type.GROUP, ShareGroups.ofQueue(queue.getName()));
            var limit = new AlterConfigOp(new ConfigEntry("share.delivery.count.limit", "2"), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(group, List.of(limit))).all().get();
        }
        var session = connect(10, 0).createSession(Session.CLIENT_ACKNOWLEDGE);
        var consumer = session.createConsumer(queue);
        for (int delivery = 1; delivery <= 2; delivery++) {
            consumer.receive(SOON);
            session.recover();
        }
        assertDead("bad", 2);
        assertThat(consumer.receiveNoWait()).isNull();
    }

    @Test
    void factoryRefusesWhatCannotBe() {
        var factory = new IsthmusConnectionFactory(bootstrapServers());
        factory.setMaxDeliveries(0);
        assertThatThrownBy(factory::createConnection).isInstanceOf(JMSException.class);
        factory.setMaxDeliveries(5);
        factory.setDeadLetterQueue("no such name!");
        assertThatThrownBy(factory::createConnection).isInstanceOf(JMSException.class);
    }
}
