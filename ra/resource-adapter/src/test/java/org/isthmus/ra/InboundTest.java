package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.isthmus.jms.IsthmusTopic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A bean behind the adapter, over a real broker in this JVM. */
@Timeout(60)
class InboundTest {
    private static final int PARTITIONS = 3;

    private final FakeServer server = new FakeServer();
    private final IsthmusResourceAdapter adapter = new IsthmusResourceAdapter();
    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();

    private record Received(String text, int partition, int deliveries) {
        static Received of(Message message) {
            try {
                return new Received(
                        message.getBody(String.class),
                        message.getIntProperty("JMS_Isthmus_Partition"),
                        message.getIntProperty("JMSXDeliveryCount"));
            } catch (JMSException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        adapter.setDataDirectory(directory.resolve("broker").toString());
        adapter.setSettings("num.partitions=" + PARTITIONS);
        adapter.start(server);
    }

    @AfterEach
    void stop() {
        adapter.stop();
        server.close();
    }

    @Test
    void messagesOfAPartitionArriveInTheirOrder() throws Exception {
        var topic = topicThatExists("orders");
        activate(new FakeEndpoints(message -> received.add(Received.of(message))), durable(topic));
        for (int n = 0; n < 300; n++) {
            send(topic, "group " + n % 7, n + "");
        }

        var byPartition = new HashMap<Integer, List<Integer>>();
        for (int n = 0; n < 300; n++) {
            var message = take();
            byPartition
                    .computeIfAbsent(message.partition(), p -> new ArrayList<>())
                    .add(Integer.parseInt(message.text()));
        }

        assertThat(byPartition).hasSizeGreaterThan(1);
        byPartition.values().forEach(texts -> assertThat(texts).isSorted());
    }

    @Test
    void noMoreBeansWorkAtOnceThanMaxSession() throws Exception {
        var topic = topicThatExists("orders");
        var atWork = new AtomicInteger();
        var most = new AtomicInteger();
        var spec = durable(topic);
        spec.setMaxSession(2);
        activate(
                new FakeEndpoints(message -> {
                    most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
                    received.add(Received.of(message));
                    atWork.decrementAndGet();
                }),
                spec);
        for (int n = 0; n < 200; n++) {
            send(topic, "group " + n, n + "");
        }
        for (int n = 0; n < 200; n++) {
            take();
        }

        assertThat(most.get()).isBetween(1, 2);
    }

    @Test
    void aMessageWhoseBeanThrewComesAgainBeforeWhatFollows() throws Exception {
        var topic = topicThatExists("orders");
        activate(
                new FakeEndpoints(message -> {
                    var it = Received.of(message);
                    received.add(it);
                    if (it.text().equals("second") && it.deliveries() < 3) {
                        throw new IllegalStateException("not yet");
                    }
                }),
                durable(topic));
        for (var text : List.of("first", "second", "third")) {
            send(topic, "one", text);
        }

        assertThat(List.of(take(), take(), take(), take(), take()))
                .extracting(Received::text)
                .containsExactly("first", "second", "second", "second", "third");
    }

    @Test
    void aMessageThatNoBeanAcceptsIsPassedOverAfterMaxDeliveries() throws Exception {
        var topic = topicThatExists("orders");
        var spec = durable(topic);
        spec.setMaxDeliveries(4);
        activate(
                new FakeEndpoints(message -> {
                    var it = Received.of(message);
                    received.add(it);
                    if (it.text().equals("poison")) {
                        throw new IllegalStateException("never");
                    }
                }),
                spec);
        send(topic, "one", "poison");
        send(topic, "one", "after");

        assertThat(List.of(take(), take(), take(), take()))
                .extracting(Received::deliveries)
                .containsExactly(1, 2, 3, 4);
        assertThat(take().text()).isEqualTo("after");
    }

    @Test
    void aBeanThatIsActivatedAgainGoesOnWhereItWas() throws Exception {
        var topic = topicThatExists("orders");
        var endpoints = new FakeEndpoints(message -> received.add(Received.of(message)));
        var spec = durable(topic);
        activate(endpoints, spec);
        send(topic, "one", "before");
        assertThat(take().text()).isEqualTo("before");

        adapter.endpointDeactivation(endpoints, spec);
        send(topic, "one", "between");
        activate(endpoints, durable(topic));
        send(topic, "one", "after");

        assertThat(List.of(take(), take())).extracting(Received::text).containsExactly("between", "after");
    }

    @Test
    void theLogOutlivesTheAdapter() throws Exception {
        var topic = topicThatExists("orders");
        send(topic, "one", "kept");

        adapter.stop();
        adapter.start(server);
        activate(new FakeEndpoints(message -> received.add(Received.of(message))), durable(topic));

        assertThat(take().text()).isEqualTo("kept");
    }

    @Test
    void deactivationWaitsForTheBeanAtWork() throws Exception {
        var topic = topicThatExists("orders");
        var begun = new CountDownLatch(1);
        var finish = new CountDownLatch(1);
        var finished = new AtomicInteger();
        var endpoints = new FakeEndpoints(message -> {
            begun.countDown();
            try {
                finish.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            finished.incrementAndGet();
        });
        var spec = durable(topic);
        activate(endpoints, spec);
        send(topic, "one", "slow");
        begun.await();

        var deactivation = new Thread(() -> adapter.endpointDeactivation(endpoints, spec));
        deactivation.start();
        finish.countDown();
        deactivation.join();

        assertThat(finished.get()).isEqualTo(1);
        assertThat(endpoints.handedOut.get()).isZero();
    }

    @Test
    void aServerThatIsNotReadyIsAskedAgain() throws Exception {
        var topic = topicThatExists("orders");
        var endpoints = new FakeEndpoints(message -> received.add(Received.of(message)));
        endpoints.unavailable.set(2);
        server.rejectionsLeft.set(2);
        activate(endpoints, durable(topic));
        send(topic, "one", "patience");

        assertThat(take().text()).isEqualTo("patience");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Auto-acknowledge", "Dups-ok-acknowledge"})
    void whatBeansHadIsAcknowledgedOnceTheyAreDeactivated(String mode) throws Exception {
        var topic = topicThatExists("orders");
        var endpoints = new FakeEndpoints(message -> received.add(Received.of(message)));
        var spec = durable(topic);
        spec.setAcknowledgeMode(mode);
        activate(endpoints, spec);
        for (int n = 0; n < 150; n++) {
            send(topic, "one", n + "");
        }
        for (int n = 0; n < 150; n++) {
            assertThat(take().text()).isEqualTo(n + "");
        }
        adapter.endpointDeactivation(endpoints, spec);
        send(topic, "one", "last");
        activate(endpoints, durable(topic));

        assertThat(take().text()).isEqualTo("last");
    }

    @Test
    void theBeanGoesOnWhenTheBrokerComesBack(@TempDir Path directory) throws Exception {
        try (var broker = new RemoteBroker(directory, server)) {
            var remote = broker.adapter;
            var endpoints = new FakeEndpoints(message -> received.add(Received.of(message)));
            var spec = durable("orders");
            topicThatExists(remote, "orders");
            remote.endpointActivation(endpoints, spec);
            send(remote, "orders", "one", "before");
            assertThat(take().text()).isEqualTo("before");

            broker.goAway();
            broker.comeBack();
            send(remote, "orders", "one", "after");
            var next = take();
            if (next.text().equals("before")) {
                next = take(); // the broker may have gone before the acknowledgement came
            }
            assertThat(next.text()).isEqualTo("after");
            broker.stopAdapter();
        }
    }

    @Test
    void aSubscriptionHasASelector() throws Exception {
        var topic = topicThatExists("orders");
        var spec = durable(topic);
        spec.setSubscriptionName("selected");
        spec.setStartFrom("earliest");
        spec.setMessageSelector("JMSXGroupID = 'two'");
        for (var group : List.of("one", "two", "one", "two")) {
            send(topic, group, group);
        }
        activate(new FakeEndpoints(message -> received.add(Received.of(message))), spec);

        assertThat(List.of(take(), take())).extracting(Received::text).containsExactly("two", "two");
        send(topic, "two", "last");
        assertThat(take().text()).isEqualTo("last");
    }

    @Test
    void beansOfSeveralServersShareASubscription() throws Exception {
        var topic = topicThatExists("orders");
        for (int server = 0; server < 2; server++) {
            var spec = durable(topic);
            spec.setSubscriptionName("shared");
            spec.setShareSubscriptions("true");
            spec.setStartFrom("earliest");
            activate(new FakeEndpoints(message -> received.add(Received.of(message))), spec);
        }
        for (int n = 0; n < 100; n++) {
            send(topic, "group " + n, n + "");
        }

        var texts = new ArrayList<String>();
        for (int n = 0; n < 100; n++) {
            texts.add(take().text());
        }
        assertThat(texts).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"partition", "key"})
    void orderIsKeptAmongTheBeansOfSeveralServers(String ordering) throws Exception {
        var topic = topicThatExists("orders");
        int messages = 900;
        try (var connection = adapter.connectionFactory().createConnection()) {
            var session = connection.createSession(Session.SESSION_TRANSACTED);
            var producer = session.createProducer(new IsthmusTopic(topic));
            for (int n = 0; n < messages; n++) {
                var message = session.createTextMessage(n + "");
                message.setStringProperty("JMSXGroupID", "group " + n % 7);
                producer.send(message);
            }
            session.commit();
        }
        // Each server has messages before either has worked at one.
        var begun = new CountDownLatch(2);
        var atWork = new ConcurrentHashMap<Object, Boolean>();
        var overtaking = new AtomicInteger();
        for (int server = 0; server < 2; server++) {
            var spec = durable(topic);
            spec.setSubscriptionName("shared");
            spec.setShareSubscriptions("true");
            spec.setStartFrom("earliest");
            spec.setOrdering(ordering);
            var first = new AtomicBoolean(true);
            activate(
                    new FakeEndpoints(message -> {
                        if (first.getAndSet(false)) {
                            begun.countDown();
                        }
                        awaitQuietly(begun);
                        var it = Received.of(message);
                        Object lane = ordering.equals("key") ? Integer.parseInt(it.text()) % 7 : it.partition();
                        if (atWork.put(lane, true) != null) {
                            overtaking.incrementAndGet();
                        }
                        received.add(it);
                        atWork.remove(lane);
                    }),
                    spec);
        }

        var byGroup = new HashMap<Integer, List<Integer>>();
        for (int n = 0; n < messages; n++) {
            int text = Integer.parseInt(take().text());
            byGroup.computeIfAbsent(text % 7, group -> new ArrayList<>()).add(text);
        }
        byGroup.values().forEach(texts -> assertThat(texts).isSorted().doesNotHaveDuplicates());
        assertThat(overtaking).hasValue(0);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aBeanWithoutSubscriptionHasOneOfItsOwn() throws Exception {
        var topic = topicThatExists("orders");
        var spec = new IsthmusActivationSpec();
        spec.setDestination(topic);
        spec.setDestinationType("jakarta.jms.Topic");
        spec.setStartFrom("earliest");
        send(topic, "one", "for both");
        activate(new FakeEndpoints(message -> received.add(Received.of(message))), durable(topic));
        activate(new FakeEndpoints(message -> received.add(Received.of(message))), spec);

        assertThat(List.of(take(), take())).extracting(Received::text).containsExactly("for both", "for both");
    }

    private void activate(FakeEndpoints endpoints, IsthmusActivationSpec spec) throws Exception {
        adapter.endpointActivation(endpoints, spec);
    }

    private static IsthmusActivationSpec durable(String topic) {
        var spec = new IsthmusActivationSpec();
        spec.setDestination(topic);
        spec.setDestinationType("jakarta.jms.Topic");
        spec.setSubscriptionDurability("Durable");
        spec.setSubscriptionName("test");
        spec.setClientId("test");
        spec.setRedeliveryDelay(1L);
        return spec;
    }

    /** The topic, with the durable subscription of the tests: it begins at the tail, and connecting is not waited for. */
    private String topicThatExists(String name) throws Exception {
        return topicThatExists(adapter, name);
    }

    private static String topicThatExists(IsthmusResourceAdapter adapter, String name) throws Exception {
        var factory = adapter.connectionFactory();
        factory.setClientID("test");
        try (var connection = factory.createConnection()) {
            connection.createSession().createDurableConsumer(new IsthmusTopic(name), "test");
        }
        return name;
    }

    private void send(String topic, String group, String text) throws JMSException {
        send(adapter, topic, group, text);
    }

    private static void send(IsthmusResourceAdapter adapter, String topic, String group, String text)
            throws JMSException {
        try (var connection = adapter.connectionFactory().createConnection()) {
            var session = connection.createSession();
            var message = session.createTextMessage(text);
            message.setStringProperty("JMSXGroupID", group);
            session.createProducer(new IsthmusTopic(topic)).send(message);
        }
    }

    private Received take() throws InterruptedException {
        var next = received.poll(20, TimeUnit.SECONDS);
        assertThat(next).as("a message").isNotNull();
        return next;
    }
}
