package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TransactionRolledBackException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.client.BrokerClients;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an application notices of a broker that ends and starts again at the same address, over TCP: nothing, or an exception where it must. */
class ReconnectTest {
    private static final long SOON = 20_000;

    @TempDir
    Path data;

    private final LinkedBlockingQueue<JMSException> told = new LinkedBlockingQueue<>();
    private final List<Connection> connections = new ArrayList<>();
    private final IsthmusQueue queue = new IsthmusQueue("orders");
    private final IsthmusTopic topic = new IsthmusTopic("news");
    private EmbeddedBroker broker;
    private Endpoint.Tcp address;

    @BeforeEach
    void start() throws IOException {
        address = new Endpoint.Tcp("127.0.0.1", 0);
        startBroker();
    }

    private void startBroker() throws IOException {
        broker = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(address), Map.of()));
        address = broker.listeners().get(0);
    }

    private void restartBroker() throws IOException {
        broker.close();
        startBroker();
    }

    @AfterEach
    void stop() throws JMSException {
        for (var connection : connections) {
            connection.close();
        }
        broker.close();
    }

    private IsthmusConnection connect() throws JMSException {
        return watched(new IsthmusConnectionFactory(address.host() + ":" + address.port()).createConnection());
    }

    private IsthmusConnection watched(IsthmusConnection connection) throws JMSException {
        connections.add(connection);
        connection.setExceptionListener(told::add);
        connection.start();
        return connection;
    }

    private void send(IsthmusDestination to, String... texts) throws JMSException {
        try (var session = connect().createSession()) {
            var producer = session.createProducer(to);
            for (var text : texts) {
                producer.send(session.createTextMessage(text));
            }
        }
    }

    private static String text(Message message) throws JMSException {
        return message == null ? "no message" : message.getBody(String.class);
    }

    private static <T> T next(BlockingQueue<T> from) throws InterruptedException {
        return from.poll(SOON, TimeUnit.MILLISECONDS);
    }

    /** Work of another thread, whose failure is the test's. */
    private static FutureTask<Void> inBackground(JmsErrors.Action work) {
        var task = new FutureTask<Void>(() -> {
            work.run();
            return null;
        });
        new Thread(task).start();
        return task;
    }

    @Test
    void whatIsSentAcrossARestartArrivesOnceAndInOrder() throws Exception {
        var session = connect().createSession();
        var producer = session.createProducer(queue);
        var progress = new LinkedBlockingQueue<Integer>();
        var sending = inBackground(() -> {
            for (int i = 0; i < 300; i++) {
                producer.send(session.createTextMessage(Integer.toString(i)));
                progress.add(i);
            }
        });
        for (int restart = 0; restart < 2; restart++) {
            int seen = next(progress);
            while (seen < 100 * (restart + 1)) {
                seen = next(progress);
            }
            restartBroker();
        }
        sending.get(SOON, TimeUnit.MILLISECONDS);

        var consumer = connect().createSession().createConsumer(queue);
        for (int i = 0; i < 300; i++) {
            assertThat(text(consumer.receive(SOON))).isEqualTo(Integer.toString(i));
        }
        assertThat(consumer.receiveNoWait()).isNull();
        assertThat(told).isEmpty();
    }

    @Test
    void persistentMessagesOutliveTheirBrokerAndNothingComesTwice_7_7() throws Exception {
        try (var session = connect().createSession()) {
            var producer = session.createProducer(queue);
            for (int i = 0; i < 20; i++) {
                var mode = i % 2 == 0 ? DeliveryMode.PERSISTENT : DeliveryMode.NON_PERSISTENT;
                producer.send(session.createTextMessage(Integer.toString(i)), mode, 4, 0);
            }
        }
        restartBroker();

        var consumer = connect().createSession().createConsumer(queue);
        var come = new ArrayList<Integer>();
        for (var message = consumer.receive(SOON); message != null; message = consumer.receiveNoWait()) {
            come.add(Integer.valueOf(text(message)));
        }
        assertThat(come).doesNotHaveDuplicates().isSorted();
        assertThat(come).contains(0, 2, 4, 6, 8, 10, 12, 14, 16, 18);
    }

    @Test
    void listenersOfQueuesAndSubscriptionsGoOnAfterARestart() throws Exception {
        var connection = new IsthmusConnectionFactory(address.host() + ":" + address.port());
        connection.setClientID("me");
        var session = watched(connection.createConnection()).createSession();
        var ofQueue = new LinkedBlockingQueue<String>();
        var ofDurable = new LinkedBlockingQueue<String>();
        var ofShared = new LinkedBlockingQueue<String>();
        var ofTail = new LinkedBlockingQueue<String>();
        session.createConsumer(queue).setMessageListener(message -> ofQueue.add(JmsTest.bodyOf(message)));
        session.createDurableConsumer(topic, "d").setMessageListener(message -> ofDurable.add(JmsTest.bodyOf(message)));
        session.createSharedConsumer(topic, "s").setMessageListener(message -> ofShared.add(JmsTest.bodyOf(message)));
        session.createConsumer(topic).setMessageListener(message -> ofTail.add(JmsTest.bodyOf(message)));
        var all = List.of(ofQueue, ofDurable, ofShared, ofTail);
        for (var text : List.of("before", "after")) {
            send(queue, text);
            send(topic, text);
            for (var received : all) {
                assertThat(next(received)).isEqualTo(text);
            }
            restartBroker();
        }
        send(queue, "once more");
        assertThat(next(ofQueue)).isEqualTo("once more");
        assertThat(all).allMatch(BlockingQueue::isEmpty);
        assertThat(told).isEmpty();
    }

    @Test
    void receiveThatWaitsGoesOnWaitingAcrossARestart() throws Exception {
        var got = new LinkedBlockingQueue<String>();
        var ofQueue = connect().createSession().createConsumer(queue);
        var ofTopic = connect().createSession().createConsumer(topic);
        var receiving = List.of(
                inBackground(() -> got.add(text(ofQueue.receive()))),
                inBackground(() -> got.add(text(ofTopic.receive()))));
        restartBroker();
        send(queue, "a");
        send(topic, "a");
        for (var each : receiving) {
            each.get(SOON, TimeUnit.MILLISECONDS);
        }
        assertThat(got).containsExactly("a", "a");
        assertThat(told).isEmpty();
    }

    @Test
    void whatTheSessionHasAcknowledgedDoesNotComeAgainAfterARestart() throws Exception {
        var texts = new ArrayList<String>();
        for (int i = 0; i < 100; i++) {
            texts.add(Integer.toString(i));
        }
        send(queue, texts.toArray(String[]::new));
        var consumer = connect().createSession().createConsumer(queue);
        for (int i = 0; i < 100; i++) {
            if (i == 30 || i == 60) {
                restartBroker();
            }
            assertThat(text(consumer.receive(SOON))).isEqualTo(texts.get(i));
        }
        assertThat(consumer.receiveNoWait()).isNull();
        assertThat(told).isEmpty();
    }

    @Test
    void acknowledgementOfWhatALostConnectionBroughtIsTooLateAndTheMessageComesAgain() throws Exception {
        send(queue, "a", "b");
        var session = connect().createSession(Session.CLIENT_ACKNOWLEDGE);
        var consumer = session.createConsumer(queue);
        var first = consumer.receive(SOON);
        restartBroker();
        assertThatThrownBy(first::acknowledge).isInstanceOf(JMSException.class);
        var again = consumer.receive(SOON);
        assertThat(text(again)).isEqualTo("a");
        assertThat(again.getJMSRedelivered()).isTrue();
        assertThat(text(consumer.receive(SOON))).isEqualTo("b");
        again.acknowledge();
        assertThat(consumer.receiveNoWait()).isNull();
        assertThat(told).isEmpty();
    }

    @Test
    void transactionThatARestartHasHitRollsBackAndTheNextOneCommits() throws Exception {
        send(queue, "a");
        var session = connect().createSession(Session.SESSION_TRANSACTED);
        var consumer = session.createConsumer(queue);
        var copies = new IsthmusQueue("copies");
        var producer = session.createProducer(copies);
        assertThat(text(consumer.receive(SOON))).isEqualTo("a");
        producer.send(session.createTextMessage("copy"));
        restartBroker();
        boolean committed = commits(session);
        if (!committed) {
            assertThat(text(consumer.receive(SOON))).isEqualTo("a");
            producer.send(session.createTextMessage("copy"));
            session.commit();
        }
        var other = connect().createSession();
        assertThat(text(other.createConsumer(copies).receive(SOON))).isEqualTo("copy");
        assertThat(other.createConsumer(copies).receiveNoWait()).isNull();
        session.close();
        assertThat(other.createConsumer(queue).receiveNoWait()).isNull();
        assertThat(told).isEmpty();
    }

    private static boolean commits(Session session) throws JMSException {
        try {
            session.commit();
            return true;
        } catch (TransactionRolledBackException e) {
            return false;
        }
    }

    @Test
    void whatACrashedClientHeldGoesToAnotherAtOnce() throws Exception {
        send(queue, "a", "b");
        var doomed = new Cuttable(ClientConfig.defaults("doomed"));
        var session = watched(doomed.connect()).createSession(Session.CLIENT_ACKNOWLEDGE);
        assertThat(text(session.createConsumer(queue).receive(SOON))).isEqualTo("a");
        var consumer = connect().createSession().createConsumer(queue);
        var other = new LinkedBlockingQueue<String>();
        consumer.setMessageListener(message -> other.add(JmsTest.bodyOf(message)));
        assertThat(next(other)).isEqualTo("b");
        doomed.cut();
        assertThat(next(other)).isEqualTo("a");
    }

    @Test
    void whoeverWaitsIsToldOnceTheClientGivesUp() throws Exception {
        var impatient = new Cuttable(ClientConfig.defaults("impatient").withRequestTimeout(Duration.ofSeconds(5)));
        var connection = watched(impatient.connect());
        var consumer = connection.createSession().createConsumer(queue);
        var session = connection.createSession();
        var producer = session.createProducer(queue);
        producer.send(session.createTextMessage("a"));
        assertThat(text(consumer.receive(SOON))).isEqualTo("a");
        broker.close();
        try {
            assertThatThrownBy(() -> producer.send(session.createTextMessage("b")))
                    .isInstanceOf(JMSException.class);
            assertThatThrownBy(consumer::receive).isInstanceOf(JMSException.class);
            assertThat(next(told)).isNotNull();
            assertThat(told).isEmpty();
        } finally {
            startBroker();
        }
    }

    /** A client whose connections a test can cut, as when its process dies. */
    private final class Cuttable implements BrokerLink.Dialer {
        private final ClientConfig config;
        private BrokerClient client;

        private Cuttable(ClientConfig config) {
            this.config = config;
        }

        IsthmusConnection connect() throws JMSException {
            return new IsthmusConnection(
                    this,
                    Domain.UNIFIED,
                    new IsthmusConnection.Settings(false, TrustedClasses.with(""), StartFrom.LATEST),
                    null);
        }

        @Override
        public String broker() {
            return address.toString();
        }

        @Override
        public BrokerLink dial(String clientName) {
            var dialled = BrokerClients.connect(List.of(address), config);
            client = dialled;
            return new BrokerLink() {
                @Override
                public BrokerClient client() {
                    return dialled;
                }

                @Override
                public void close() {
                    dialled.close();
                }
            };
        }

        void cut() {
            client.close();
        }
    }
}
