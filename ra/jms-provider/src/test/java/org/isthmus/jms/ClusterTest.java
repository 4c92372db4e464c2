package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.Connection;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.curator.test.TestingServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Messages over a cluster of three brokers, every destination with three replicas, each record too old as soon as it is there. */
@Timeout(180)
class ClusterTest {
    private static final long SOON = 20_000;

    @TempDir
    Path data;

    private final Map<Integer, EmbeddedBroker> brokers = new HashMap<>();
    private final Map<Integer, Endpoint.Tcp> addresses = new HashMap<>();
    private TestingServer zooKeeper;
    private Connection connection;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingServer(true);
        for (var id = 1; id <= 3; id++) {
            start(id);
        }
        var bootstrap = addresses.values().stream().map(Endpoint.Tcp::toString).collect(Collectors.joining(","));
        connection = new IsthmusConnectionFactory(bootstrap).createConnection();
        connection.start();
    }

    private void start(int id) throws IOException {
        var broker = EmbeddedBroker.acquire(new BrokerConfig(
                data.resolve("data-" + id),
                List.of(addresses.getOrDefault(id, new Endpoint.Tcp("127.0.0.1", 0))),
                Map.of(
                        "zookeeper.connect",
                        zooKeeper.getConnectString() + "/jms",
                        "zookeeper.session.timeout.ms",
                        "2000",
                        "node.id",
                        Integer.toString(id),
                        "default.replication.factor",
                        "3",
                        "offsets.topic.replication.factor",
                        "3",
                        "transaction.state.log.replication.factor",
                        "3",
                        "min.insync.replicas",
                        "2",
                        "log.retention.ms",
                        "1",
                        "log.retention.check.interval.ms",
                        "100")));
        addresses.put(id, broker.listeners().get(0));
        brokers.put(id, broker);
    }

    @AfterEach
    void stop() throws Exception {
        connection.close();
        brokers.values().forEach(EmbeddedBroker::close);
        zooKeeper.close();
    }

    @Test
    void transactionsMoveEachMessageOnceWhileBrokersComeAndGo() throws Exception {
        var texts = IntStream.range(0, 400).mapToObj(i -> "m" + i).toList();
        send("in", texts);
        var moved = new Semaphore(0);
        var worker = CompletableFuture.runAsync(() -> move(moved, texts.size()));
        for (var id = 1; id <= 3; id++) {
            assertThat(moved.tryAcquire(40, 60, TimeUnit.SECONDS)).isTrue();
            brokers.remove(id).close();
            assertThat(moved.tryAcquire(40, 60, TimeUnit.SECONDS)).isTrue();
            start(id);
        }
        worker.get(100, TimeUnit.SECONDS);

        assertThat(receive("out", texts.size())).containsExactlyInAnyOrderElementsOf(texts);
        assertThat(consumer("in").receive(500)).isNull();
    }

    /** Moves messages, each in a transaction with what is sent for it, whatever happens to the brokers meanwhile. */
    private void move(Semaphore moved, int count) {
        try {
            var session = connection.createSession(true, Session.SESSION_TRANSACTED);
            var in = session.createConsumer(session.createQueue("in"));
            var out = session.createProducer(session.createQueue("out"));
            for (var left = count; left > 0; ) {
                try {
                    var message = in.receive(SOON);
                    if (message == null) {
                        return;
                    }
                    out.send(session.createTextMessage(((TextMessage) message).getText()));
                    session.commit();
                } catch (JMSException brokerLost) {
                    session.rollback();
                    continue;
                }
                left--;
                moved.release();
            }
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void everyNextLeaderHasWhatADurableSubscriptionHasNotReceived() throws Exception {
        var session = connection.createSession();
        var topic = session.createTopic("news");
        session.createSharedDurableConsumer(topic, "archive").close();
        var texts = IntStream.range(0, 20).mapToObj(i -> "n" + i).toList();
        var producer = session.createProducer(topic);
        for (var text : texts) {
            producer.send(session.createTextMessage(text));
        }
        for (var id = 1; id <= 3; id++) {
            brokers.remove(id).close();
            start(id);
        }

        var consumer = session.createSharedDurableConsumer(topic, "archive");
        for (var text : texts) {
            assertThat(((TextMessage) consumer.receive(SOON)).getText()).isEqualTo(text);
        }
    }

    @Test
    void everyBrokerCoordinatesTransactionsWithTemporaryAndDelayedMessages() throws Exception {
        for (var round = 0; round < 6; round++) {
            // A client of its own, so that another broker may coordinate.
            try (var other = new IsthmusConnectionFactory(address()).createConnection()) {
                other.start();
                var session = other.createSession(true, Session.SESSION_TRANSACTED);
                var replies = session.createTemporaryQueue();
                session.createProducer(replies).send(session.createTextMessage("never"));
                session.rollback();
                session.createProducer(replies).send(session.createTextMessage("reply"));
                var later = session.createProducer(session.createQueue("later"));
                later.setDeliveryDelay(20);
                later.send(session.createTextMessage("later " + round));
                session.commit();
                var consumer = session.createConsumer(replies);
                assertThat(text(consumer)).isEqualTo("reply");
                session.commit();
                assertThat(consumer.receiveNoWait()).isNull();
            }
        }
        assertThat(receive("later", 6)).hasSize(6).doesNotHaveDuplicates();
    }

    @Test
    void repliesFindATemporaryQueueOfWhicheverBrokerUntilItIsGone() throws Exception {
        try (var replier = new IsthmusConnectionFactory(addresses.get(1).toString()).createConnection()) {
            var session = replier.createSession();
            TemporaryQueue replies;
            try (var requester = new IsthmusConnectionFactory(addresses.get(2).toString()).createConnection()) {
                requester.start();
                var asking = requester.createSession();
                replies = asking.createTemporaryQueue();
                assertThat(replies.getQueueName()).startsWith("isthmus-temporary-2-");

                session.createProducer(replies).send(session.createTextMessage("reply"));

                assertThat(text(asking.createConsumer(replies))).isEqualTo("reply");
            }
            var producer = session.createProducer(replies);
            var late = session.createTextMessage("late");
            // Its broker hears by and by that the connection is closed.
            assertThatThrownBy(() -> {
                        while (true) {
                            producer.send(late);
                        }
                    })
                    .isInstanceOf(InvalidDestinationException.class);
        }
    }

    @Test
    void deadLetterGoesToWhicheverBrokerLeadsItsQueue() throws Exception {
        var factory = new IsthmusConnectionFactory(address());
        factory.setMaxDeliveries(1);
        try (var other = factory.createConnection()) {
            other.start();
            var session = other.createSession(true, Session.SESSION_TRANSACTED);
            for (var i = 0; i < 6; i++) {
                // Leaders go round, so some queues are led where the dead letters are not.
                send("refused-" + i, List.of("m" + i));
                var consumer = session.createConsumer(session.createQueue("refused-" + i));
                assertThat(text(consumer)).isEqualTo("m" + i);
                session.rollback();
                consumer.close();
            }
        }
        assertThat(receive("jms-dead-letters", 6)).containsExactlyInAnyOrder("m0", "m1", "m2", "m3", "m4", "m5");
    }

    @Test
    void browserLooksAtWhicheverBrokerLeadsByThen() throws Exception {
        var session = connection.createSession();
        var browsed = new ArrayList<Enumeration<?>>();
        for (var i = 0; i < 6; i++) {
            // Leaders go round, so one of these is led by the broker that goes.
            send("browsed-" + i, List.of("m" + i));
            browsed.add(
                    session.createBrowser(session.createQueue("browsed-" + i)).getEnumeration());
        }
        brokers.remove(1).close();
        for (var i = 0; i < 6; i++) {
            assertThat(((TextMessage) browsed.get(i).nextElement()).getText()).isEqualTo("m" + i);
        }
    }

    private String address() {
        return addresses.get(1).toString();
    }

    private MessageConsumer consumer(String queue) throws JMSException {
        var session = connection.createSession();
        return session.createConsumer(session.createQueue(queue));
    }

    @Test
    void listenerAsksAnewForWhatItHadAheadAndLostWithTheLeaderOfAnotherPartition() throws Exception {
        var texts = IntStream.range(0, 30).mapToObj(i -> "m" + i).toList();
        var leaders = spread("spread");
        send("spread", texts);
        var received = new LinkedBlockingQueue<String>();
        var partition = new CompletableFuture<Integer>();
        var finish = new CountDownLatch(1);
        var session = connection.createSession();
        session.createConsumer(session.createQueue("spread")).setMessageListener(message -> {
            try {
                received.add(message.getBody(String.class));
                partition.complete(message.getIntProperty("JMS_Isthmus_Partition"));
                finish.await();
            } catch (JMSException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        var listenersLeader = leaders.get(partition.get(60, TimeUnit.SECONDS));
        var other = leaders.stream()
                .filter(id -> !id.equals(listenersLeader))
                .findFirst()
                .orElseThrow();
        brokers.remove(other).close();
        // Somebody else gets one, so the listener's member has noticed that its connections are lost.
        try (var consumer = consumer("spread")) {
            received.add(consumer.receive(60_000).getBody(String.class));
        }

        finish.countDown();

        var seen = new HashSet<String>();
        while (seen.size() < texts.size()) {
            var text = received.poll(60, TimeUnit.SECONDS);
            assertThat(text).as("a message beside %s", seen).isNotNull();
            seen.add(text);
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(texts);
    }

    /** The one who ends it made it when the topic had one partition, and the others are led by other brokers. */
    @Test
    void subscriptionIsEndedAlsoInPartitionsThatAreNewerThanWhoEndsIt() throws Exception {
        var bootstrap = brokers.get(1).listeners().get(0).toString();
        var factory = new IsthmusConnectionFactory(bootstrap);
        Map<String, Object> client = Map.of("bootstrap.servers", bootstrap);
        try (var admin = Admin.create(client);
                var producer = new KafkaProducer<>(client, new StringSerializer(), new StringSerializer());
                var session = connection.createSession();
                var newer = factory.createConnection()) {
            admin.createTopics(List.of(new NewTopic("news", Optional.of(1), Optional.empty())))
                    .all()
                    .get();
            var topic = session.createTopic("news");
            session.createSharedDurableConsumer(topic, "audit").close();
            admin.createPartitions(Map.of("news", NewPartitions.increaseTo(3)))
                    .all()
                    .get();
            newer.createSession().createSharedDurableConsumer(topic, "audit").close();
            for (var partition = 0; partition < 3; partition++) {
                producer.send(new ProducerRecord<>("news", partition, null, "a"))
                        .get();
            }

            session.unsubscribe("audit");

            for (var partition = 0; partition < 3; partition++) {
                var place = new TopicPartition("news", partition);
                while (admin.listOffsets(Map.of(place, OffsetSpec.earliest()))
                                .partitionResult(place)
                                .get()
                                .offset()
                        == 0) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    /** Makes a queue of three partitions; answers who leads each. */
    private List<Integer> spread(String queue) throws Exception {
        var bootstrap = brokers.get(1).listeners().get(0).toString();
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            var wanted = new NewTopic(queue, Optional.of(3), Optional.empty()).configs(Map.of("isthmus.queue", "true"));
            admin.createTopics(List.of(wanted)).all().get();
            return admin.describeTopics(List.of(queue)).allTopicNames().get().get(queue).partitions().stream()
                    .map(one -> one.leader().id())
                    .toList();
        }
    }

    private void send(String queue, List<String> texts) throws JMSException {
        try (var session = connection.createSession()) {
            var producer = session.createProducer(session.createQueue(queue));
            for (var text : texts) {
                producer.send(session.createTextMessage(text));
            }
        }
    }

    private List<String> receive(String queue, int count) throws JMSException {
        var received = new ArrayList<String>();
        var consumer = consumer(queue);
        while (received.size() < count) {
            received.add(text(consumer));
        }
        assertThat(consumer.receive(500)).isNull();
        return received;
    }

    private static String text(MessageConsumer consumer) throws JMSException {
        var message = (TextMessage) consumer.receive(SOON);
        assertThat(message).isNotNull();
        return message.getText();
    }
}
