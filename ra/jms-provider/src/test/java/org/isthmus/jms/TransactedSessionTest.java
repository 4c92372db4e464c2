package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.Connection;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transacted sessions (Jakarta Messaging §6.2.7) against a real broker. */
class TransactedSessionTest {
    private static final long SOON = 20_000;

    @TempDir
    Path data;

    private EmbeddedBroker broker;
    private Connection connection;

    @BeforeEach
    void start() throws IOException, JMSException {
        broker = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of()));
        var at = broker.listeners().get(0);
        connection = new IsthmusConnectionFactory(at.host() + ":" + at.port()).createConnection();
        connection.start();
    }

    @AfterEach
    void stop() throws JMSException {
        connection.close();
        broker.close();
    }

    @Test
    void commitMakesSendsAndReceiptsHappenTogether() throws JMSException {
        send("orders", "one", "two");
        var session = transacted();
        var orders = session.createConsumer(session.createQueue("orders"));
        assertThat(text(orders)).isEqualTo("one");
        var invoices = session.createProducer(session.createQueue("invoices"));
        for (var i = 0; i < 100; i++) {
            invoices.send(session.createTextMessage("invoice " + i));
        }
        var other = consumer("invoices");
        assertThat(other.receiveNoWait()).isNull();

        session.commit();

        for (var i = 0; i < 100; i++) {
            assertThat(text(other)).isEqualTo("invoice " + i);
        }
        session.close();
        assertThat(text(consumer("orders"))).isEqualTo("two");
    }

    @Test
    void rollbackRedeliversInOrderAndCountedAndSendsNothing() throws JMSException {
        send("orders", "one", "two", "three");
        var session = transacted();
        var orders = session.createConsumer(session.createQueue("orders"));
        assertThat(text(orders)).isEqualTo("one");
        assertThat(text(orders)).isEqualTo("two");
        session.createProducer(session.createQueue("invoices")).send(session.createTextMessage("never"));

        session.rollback();

        var again = (TextMessage) orders.receive(SOON);
        assertThat(again.getText()).isEqualTo("one");
        assertThat(again.getJMSRedelivered()).isTrue();
        assertThat(again.getIntProperty("JMSXDeliveryCount")).isEqualTo(2);
        assertThat(text(orders)).isEqualTo("two");
        assertThat(text(orders)).isEqualTo("three");
        session.commit();
        assertThat(orders.receiveNoWait()).isNull();
        send("invoices", "ordinary");
        assertThat(text(consumer("invoices"))).isEqualTo("ordinary");
    }

    @Test
    void whatAClosedConsumerHasReceivedIsPartOfTheCommit() throws JMSException {
        send("orders", "one", "two");
        var session = transacted();
        var orders = session.createConsumer(session.createQueue("orders"));
        assertThat(text(orders)).isEqualTo("one");
        orders.close();
        session.commit();
        assertThat(text(consumer("orders"))).isEqualTo("two");
    }

    @Test
    void closingRollsBack() throws JMSException {
        send("orders", "one");
        var session = transacted();
        assertThat(text(session.createConsumer(session.createQueue("orders")))).isEqualTo("one");
        session.createProducer(session.createQueue("orders")).send(session.createTextMessage("never"));
        session.close();
        var later = consumer("orders");
        assertThat(text(later)).isEqualTo("one");
        assertThat(later.receiveNoWait()).isNull();
    }

    @Test
    void listenerEndsItsOwnTransactions() throws JMSException, InterruptedException {
        send("orders", "one", "two");
        var session = transacted();
        var seen = new ArrayBlockingQueue<String>(10);
        session.createConsumer(session.createQueue("orders")).setMessageListener(message -> {
            try {
                if (message.getJMSRedelivered()
                        || ((TextMessage) message).getText().equals("two")) {
                    session.commit();
                } else {
                    session.rollback();
                }
                seen.add(((TextMessage) message).getText());
            } catch (JMSException e) {
                seen.add(e.toString());
            }
        });
        assertThat(seen.poll(SOON, TimeUnit.MILLISECONDS)).isEqualTo("one");
        assertThat(seen.poll(SOON, TimeUnit.MILLISECONDS)).isEqualTo("one");
        assertThat(seen.poll(SOON, TimeUnit.MILLISECONDS)).isEqualTo("two");
    }

    @Test
    void temporaryQueueTakesPartInTransactions() throws JMSException {
        var session = transacted();
        var replies = session.createTemporaryQueue();
        var producer = session.createProducer(replies);
        producer.send(session.createTextMessage("never"));
        session.rollback();
        producer.send(session.createTextMessage("one"));
        producer.send(session.createTextMessage("two"));
        session.commit();

        var consumer = session.createConsumer(replies);
        assertThat(text(consumer)).isEqualTo("one");
        session.rollback();
        assertThat(text(consumer)).isEqualTo("one");
        assertThat(text(consumer)).isEqualTo("two");
        session.commit();
        assertThat(consumer.receiveNoWait()).isNull();
    }

    @Test
    void topicMessagesComeAgainAfterARollback() throws JMSException {
        var session = transacted();
        var topic = session.createTopic("news");
        var consumer = session.createConsumer(topic);
        var plain = connection.createSession();
        plain.createProducer(topic).send(plain.createTextMessage("one"));
        plain.createProducer(topic).send(plain.createTextMessage("two"));
        assertThat(text(consumer)).isEqualTo("one");
        session.rollback();
        assertThat(text(consumer)).isEqualTo("one");
        assertThat(text(consumer)).isEqualTo("two");
        session.commit();
        session.rollback();
        assertThat(consumer.receiveNoWait()).isNull();
    }

    @Test
    void onlyTransactedSessionsEndTransactions() throws JMSException {
        var plain = connection.createSession();
        assertThat(plain.getTransacted()).isFalse();
        assertThatThrownBy(plain::commit).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(plain::rollback).isInstanceOf(IllegalStateException.class);
        var session = transacted();
        assertThat(session.getTransacted()).isTrue();
        assertThatThrownBy(session::recover).isInstanceOf(IllegalStateException.class);
    }

    private Session transacted() throws JMSException {
        return connection.createSession(true, Session.SESSION_TRANSACTED);
    }

    private MessageConsumer consumer(String queue) throws JMSException {
        var session = connection.createSession();
        return session.createConsumer(session.createQueue(queue));
    }

    private void send(String queue, String... texts) throws JMSException {
        try (var session = connection.createSession()) {
            var producer = session.createProducer(session.createQueue(queue));
            for (var text : texts) {
                producer.send(session.createTextMessage(text));
            }
        }
    }

    private static @Nullable String text(MessageConsumer consumer) throws JMSException {
        var message = consumer.receive(SOON);
        return message == null ? null : ((TextMessage) message).getText();
    }
}
