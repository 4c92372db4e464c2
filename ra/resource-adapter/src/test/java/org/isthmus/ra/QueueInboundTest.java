package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.resource.spi.InvalidPropertyException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.isthmus.jms.IsthmusQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Beans on a queue of one partition, over a real broker in this JVM. */
@Timeout(60)
class QueueInboundTest {
    private final FakeServer server = new FakeServer();
    private final IsthmusResourceAdapter adapter = new IsthmusResourceAdapter();
    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        adapter.setDataDirectory(directory.resolve("broker").toString());
        adapter.start(server);
    }

    @AfterEach
    void stop() {
        adapter.stop();
        server.close();
    }

    @Test
    void onePartitionKeepsAsManyBeansBusyAsMaxSession() throws Exception {
        var allAtWork = new CyclicBarrier(16);
        var spec = queue();
        spec.setMaxSession(16);
        activate(
                message -> {
                    meet(allAtWork);
                    received.add(Received.of(message));
                },
                spec);
        for (int n = 0; n < 32; n++) {
            send("one", n + "");
        }

        assertThat(texts(32)).doesNotHaveDuplicates();
    }

    @Test
    void aBeanGetsWhatItsSelectorWantsAndLeavesTheRestToOthers() throws Exception {
        var green = queue();
        green.setMessageSelector("colour = 'green'");
        var greens = new LinkedBlockingQueue<Received>();
        activate(message -> greens.add(Received.of(message)), green);
        var red = queue();
        red.setMessageSelector("colour = 'red'");
        activate(message -> received.add(Received.of(message)), red);
        for (int n = 0; n < 20; n++) {
            send(Map.of("colour", n % 2 == 0 ? "green" : "red"), n + "");
        }

        assertThat(texts(10)).allMatch(text -> Integer.parseInt(text) % 2 == 1);
        for (int n = 0; n < 10; n++) {
            assertThat(Integer.parseInt(greens.poll(20, TimeUnit.SECONDS).text()) % 2)
                    .isZero();
        }
        assertThat(received).isEmpty();
    }

    @Test
    void messagesOfAKeyComeOneAfterAnotherWhileOtherKeysGoOn() throws Exception {
        var atWork = ConcurrentHashMap.<String>newKeySet();
        var spec = queue();
        spec.setOrdering("key");
        spec.setMaxSession(8);
        activate(
                message -> {
                    var group = group(message);
                    assertThat(atWork.add(group)).isTrue();
                    received.add(new Received(group + Received.of(message).text(), 1));
                    atWork.remove(group);
                },
                spec);
        for (int n = 0; n < 300; n++) {
            send("key" + n % 10 + ":", n + "");
        }

        var byKey = new HashMap<String, List<Integer>>();
        for (var text : texts(300)) {
            var parts = text.split(":");
            byKey.computeIfAbsent(parts[0], key -> new ArrayList<>()).add(Integer.valueOf(parts[1]));
        }
        assertThat(byKey).hasSize(10);
        byKey.values().forEach(numbers -> assertThat(numbers).isSorted().hasSize(30));
    }

    @Test
    void aFailedMessageKeepsItsKeyWaitingAndNoOther() throws Exception {
        var spec = queue();
        spec.setOrdering("key");
        spec.setRedeliveryDelay(1L);
        var others = new CountDownLatch(20);
        activate(
                message -> {
                    var it = Received.of(message);
                    received.add(it);
                    if (group(message).equals("other")) {
                        others.countDown();
                    } else if (it.deliveries() < 3) {
                        throw new IllegalStateException("not yet");
                    } else if (it.text().equals("first")) {
                        Gate.await(others, 20);
                    }
                },
                spec);
        send("slow", "first");
        send("slow", "second");
        for (int n = 0; n < 20; n++) {
            send("other", "x");
        }

        var slow = new ArrayList<Received>();
        while (slow.size() < 6) {
            var next = take();
            if (!next.text().equals("x")) {
                slow.add(next);
            }
        }
        assertThat(slow)
                .containsExactly(
                        new Received("first", 1),
                        new Received("first", 2),
                        new Received("first", 3),
                        new Received("second", 1),
                        new Received("second", 2),
                        new Received("second", 3));
    }

    @Test
    void aPartitionComesInItsOrderWhereThatIsAskedFor() throws Exception {
        var spec = queue();
        spec.setOrdering("partition");
        activate(message -> received.add(Received.of(message)), spec);
        var sent = new ArrayList<String>();
        for (int n = 0; n < 100; n++) {
            send("key" + n % 10, n + "");
            sent.add(n + "");
        }

        assertThat(texts(100)).containsExactlyElementsOf(sent);
    }

    @Test
    void aMessageThatNoBeanAcceptsIsGivenUpAfterMaxDeliveries() throws Exception {
        var spec = queue();
        spec.setMaxDeliveries(3);
        spec.setRedeliveryDelay(1L);
        spec.setRedeliveryMultiplier(2.0);
        activate(
                message -> {
                    var it = Received.of(message);
                    received.add(it);
                    if (it.text().equals("poison")) {
                        throw new IllegalStateException("never");
                    }
                },
                spec);
        send("one", "poison");

        assertThat(List.of(take(), take(), take()))
                .extracting(Received::deliveries)
                .containsExactly(1, 2, 3);
        send("one", "after");
        assertThat(take().text()).isEqualTo("after");
        assertThat(received).isEmpty();
    }

    @Test
    void whatIsFailedInABatchComesAgainAlone() throws Exception {
        var lists = new LinkedBlockingQueue<List<Received>>();
        var spec = new IsthmusBatchActivationSpec();
        ofQueue(spec);
        spec.setMaxBatchSize(4);
        spec.setBatchTimeout(60_000L);
        spec.setMaxSession(1);
        spec.setRedeliveryDelay(1L);
        var refused = new AtomicInteger();
        adapter.endpointActivation(
                FakeEndpoints.takingLists(messages -> {
                    var list = messages.stream().map(Received::of).toList();
                    lists.add(list);
                    if (list.stream().anyMatch(it -> it.text().equals("b") && it.deliveries() == 1)) {
                        refused.incrementAndGet();
                        throw new IllegalStateException("b is bad");
                    }
                }),
                spec);
        for (var text : List.of("a", "b", "c", "d")) {
            send("one", text);
        }

        assertThat(lists.poll(20, TimeUnit.SECONDS)).extracting(Received::text).containsExactly("a", "b", "c", "d");
        var again = new HashSet<Received>();
        for (int n = 0; n < 4; n++) {
            var list = lists.poll(20, TimeUnit.SECONDS);
            assertThat(list).hasSize(1);
            again.addAll(list);
        }
        assertThat(again).extracting(Received::text).containsExactlyInAnyOrder("a", "b", "c", "d");
        assertThat(again).extracting(Received::deliveries).containsOnly(2);
        assertThat(refused).hasValue(1);
    }

    @Test
    void aBatchThatDoesNotFillComesWhenItsTimeIsUp() throws Exception {
        var lists = new LinkedBlockingQueue<List<Received>>();
        var spec = new IsthmusBatchActivationSpec();
        ofQueue(spec);
        spec.setBatchTimeout(1L);
        adapter.endpointActivation(
                FakeEndpoints.takingLists(messages ->
                        lists.add(messages.stream().map(Received::of).toList())),
                spec);
        send("one", "alone");

        assertThat(lists.poll(20, TimeUnit.SECONDS)).extracting(Received::text).containsExactly("alone");
    }

    @Test
    void whatWasFetchedAheadGoesBackUncountedAndInOrderWhenTheBeanIsDeactivated() throws Exception {
        var begun = new CountDownLatch(1);
        var finish = new CountDownLatch(1);
        var spec = queue();
        spec.setMaxSession(1);
        for (int n = 0; n < 20; n++) {
            send("one", n + "");
        }
        var endpoints = new FakeEndpoints(message -> {
            received.add(Received.of(message));
            begun.countDown();
            Gate.await(finish, 20);
        });
        adapter.endpointActivation(endpoints, spec);
        Gate.await(begun, 20);

        var deactivation = new Thread(() -> adapter.endpointDeactivation(endpoints, spec));
        deactivation.start();
        var next = queue();
        next.setMaxSession(1);
        activate(message -> received.add(Received.of(message)), next);
        var sequence = new ArrayList<Received>(List.of(take()));
        sequence.add(take());
        finish.countDown();
        deactivation.join();
        for (int n = 2; n < 20; n++) {
            sequence.add(take());
        }

        assertThat(endpoints.handedOut).hasValue(0);
        assertThat(sequence).hasSize(20);
        for (int n = 0; n < 20; n++) {
            assertThat(sequence.get(n)).isEqualTo(new Received(n + "", 1));
        }
    }

    @Test
    void noMoreIsTakenThanBeansAreLikelyToNeed() throws Exception {
        var finish = new CountDownLatch(1);
        var spec = queue();
        spec.setMaxSession(1);
        for (int n = 0; n < 200; n++) {
            send("one", n + "");
        }
        var begun = new CountDownLatch(1);
        activate(
                message -> {
                    begun.countDown();
                    Gate.await(finish, 20);
                },
                spec);
        Gate.await(begun, 20);
        try (var context = adapter.connectionFactory().createContext();
                var consumer = context.createConsumer(new IsthmusQueue("orders"))) {
            // Far behind what one bean may have ahead, the rest is for others at once.
            var other = consumer.receive(20_000);

            assertThat(Integer.parseInt(other.getBody(String.class))).isBetween(1, 64);
        } finally {
            finish.countDown();
        }
    }

    @Test
    void beansShareTheFewThreadsOfAServerThatLetsWaitWhoOffersWork(@TempDir Path directory) throws Exception {
        try (var busy = FakeServer.of(2)) {
            var other = new IsthmusResourceAdapter();
            other.setDataDirectory(directory.toString());
            other.start(busy);
            var sent = new HashSet<String>();
            // At once, or the disk alone would take long.
            try (var context = other.connectionFactory().createContext(JMSContext.SESSION_TRANSACTED)) {
                for (int n = 0; n < 1_000; n++) {
                    context.createProducer().send(new IsthmusQueue("orders"), n + "");
                    sent.add(n + "");
                }
                context.commit();
            }
            other.endpointActivation(new FakeEndpoints(message -> received.add(Received.of(message))), queue());

            assertThat(texts(sent.size())).containsExactlyInAnyOrderElementsOf(sent);
            other.stop();
        }
    }

    @Test
    void theBeanGoesOnWhenTheBrokerComesBack(@TempDir Path directory) throws Exception {
        try (var broker = new RemoteBroker(directory, server)) {
            var remote = broker.adapter;
            remote.endpointActivation(new FakeEndpoints(message -> received.add(Received.of(message))), queue());
            send(remote, Map.of(), "before");
            assertThat(take().text()).isEqualTo("before");

            broker.goAway();
            broker.comeBack();
            send(remote, Map.of(), "after");
            var next = take();
            if (next.text().equals("before")) {
                next = take(); // the broker may have gone before the acknowledgement came
            }
            assertThat(next.text()).isEqualTo("after");
            broker.stopAdapter();
        }
    }

    @Test
    void whatTheBrokerHadNotHeardOfWhenItWentIsAcknowledgedWhenItComesBack(@TempDir Path directory) throws Exception {
        try (var broker = new RemoteBroker(directory, server)) {
            var remote = broker.adapter;
            for (int n = 0; n < 20; n++) {
                send(remote, Map.of(), n + "");
            }
            var gone = new CountDownLatch(1);
            var endpoints = new FakeEndpoints(message -> {
                var it = Received.of(message);
                received.add(it);
                if (it.text().equals("5")) {
                    broker.goAway();
                }
            });
            endpoints.afterRelease = () -> {
                if (received.contains(new Received("5", 1))) {
                    gone.countDown();
                }
            };
            var spec = queue();
            spec.setMaxSession(1);
            remote.endpointActivation(endpoints, spec);
            Gate.await(gone, 20);
            broker.comeBack();
            for (int n = 0; n < 20; n++) {
                assertThat(take().text()).isEqualTo(n + "");
            }
            remote.endpointDeactivation(endpoints, spec);
            try (var context = remote.connectionFactory().createContext();
                    var consumer = context.createConsumer(new IsthmusQueue("orders"))) {
                assertThat(consumer.receiveNoWait()).isNull();
            }
            broker.stopAdapter();
        }
    }

    @Test
    void whatABeanHasInHandWhenTheBrokerGoesIsHandedToNoOther(@TempDir Path directory) throws Exception {
        try (var broker = new RemoteBroker(directory, server)) {
            var remote = broker.adapter;
            var begun = new CountDownLatch(1);
            var finish = new CountDownLatch(1);
            var endpoints = new FakeEndpoints(message -> {
                var it = Received.of(message);
                received.add(it);
                if (it.text().equals("in hand")) {
                    begun.countDown();
                    Gate.await(finish, 20);
                }
            });
            var spec = queue();
            remote.endpointActivation(endpoints, spec);
            send(remote, Map.of(), "in hand");
            Gate.await(begun, 20);

            broker.goAway();
            broker.comeBack();
            send(remote, Map.of(), "behind it");
            assertThat(List.of(take(), take()))
                    .containsExactly(new Received("in hand", 1), new Received("behind it", 1));
            finish.countDown();
            remote.endpointDeactivation(endpoints, spec);
            try (var context = remote.connectionFactory().createContext();
                    var consumer = context.createConsumer(new IsthmusQueue("orders"))) {
                assertThat(consumer.receiveNoWait()).isNull();
            }
            assertThat(received).isEmpty();
            broker.stopAdapter();
        }
    }

    @Test
    void whatABeanRefusesAfterTheBrokerHasGoneComesAgainAsItsSecondDelivery(@TempDir Path directory) throws Exception {
        try (var broker = new RemoteBroker(directory, server)) {
            var remote = broker.adapter;
            var begun = new CountDownLatch(1);
            var finish = new CountDownLatch(1);
            var endpoints = new FakeEndpoints(message -> {
                var it = Received.of(message);
                received.add(it);
                if (it.equals(new Received("refused", 1))) {
                    begun.countDown();
                    Gate.await(finish, 20);
                    throw new IllegalStateException("not yet");
                }
            });
            var spec = queue();
            spec.setRedeliveryDelay(1L);
            remote.endpointActivation(endpoints, spec);
            send(remote, Map.of(), "refused");
            Gate.await(begun, 20);

            broker.goAway();
            broker.comeBack();
            send(remote, Map.of(), "behind it");
            assertThat(List.of(take(), take()))
                    .containsExactly(new Received("refused", 1), new Received("behind it", 1));
            finish.countDown();
            assertThat(take()).isEqualTo(new Received("refused", 2));
            broker.stopAdapter();
        }
    }

    @Test
    void aBadSelectorIsRefusedAtDeployment() {
        var spec = queue();
        spec.setMessageSelector("colour === 'green'");

        assertThatThrownBy(() -> activate(message -> {}, spec))
                .isInstanceOf(InvalidPropertyException.class)
                .hasMessageContaining("messageSelector");
    }

    private void activate(jakarta.jms.MessageListener bean, IsthmusActivationSpec spec) throws Exception {
        adapter.endpointActivation(new FakeEndpoints(bean), spec);
    }

    private static IsthmusActivationSpec queue() {
        var spec = new IsthmusActivationSpec();
        ofQueue(spec);
        return spec;
    }

    private static void ofQueue(IsthmusActivationSpec spec) {
        spec.setDestination("orders");
        spec.setDestinationType("jakarta.jms.Queue");
    }

    private void send(String group, String text) throws JMSException {
        send(Map.of("JMSXGroupID", group), text);
    }

    private void send(Map<String, String> properties, String text) throws JMSException {
        send(adapter, properties, text);
    }

    private static void send(IsthmusResourceAdapter adapter, Map<String, String> properties, String text)
            throws JMSException {
        try (var connection = adapter.connectionFactory().createConnection()) {
            var session = connection.createSession();
            var message = session.createTextMessage(text);
            for (var property : properties.entrySet()) {
                message.setStringProperty(property.getKey(), property.getValue());
            }
            session.createProducer(new IsthmusQueue("orders")).send(message);
        }
    }

    private static String group(Message message) {
        try {
            return message.getStringProperty("JMSXGroupID");
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> texts(int count) throws InterruptedException {
        var texts = new ArrayList<String>();
        for (int n = 0; n < count; n++) {
            texts.add(take().text());
        }
        return texts;
    }

    private Received take() throws InterruptedException {
        var next = received.poll(20, TimeUnit.SECONDS);
        assertThat(next).as("a message").isNotNull();
        return next;
    }
}
