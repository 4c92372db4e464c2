package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.JMSException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.isthmus.jms.IsthmusQueue;
import org.isthmus.ra.inbound.Activation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A bean that works on for longer than its lost connection is waited for. The broker refuses the adapter when it has come back, so the connection
 * is given up at once, and lets it in later.
 */
@Timeout(120)
class ReattachmentTest {
    private static final IsthmusQueue ORDERS = new IsthmusQueue("orders");
    private static final String PASSWORD = "s3rver";

    private final FakeServer server = new FakeServer();
    private final IsthmusResourceAdapter adapter = new IsthmusResourceAdapter();
    private final Warnings news = new Warnings(Activation.class);
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch finish = new CountDownLatch(1);

    @TempDir
    Path directory;

    private Endpoint.Tcp address = new Endpoint.Tcp("127.0.0.1", 0);
    private EmbeddedBroker broker;

    @BeforeEach
    void start() throws Exception {
        startBroker(PASSWORD);
        adapter.setBootstrapServers(address.toString());
        adapter.setUserName("server");
        adapter.setPassword(PASSWORD);
        adapter.start(server);
    }

    @AfterEach
    void stop() {
        finish.countDown();
        adapter.stop();
        broker.close();
        server.close();
        news.close();
    }

    private void startBroker(String password) throws IOException {
        var users = Files.writeString(directory.resolve("users"), "server:" + password + "\n");
        broker = EmbeddedBroker.acquire(new BrokerConfig(
                directory.resolve("log"), List.of(address), Map.of("isthmus.users", users.toString())));
        address = broker.listeners().get(0);
    }

    private void restartBroker(String password) throws IOException {
        broker.close();
        startBroker(password);
    }

    @Test
    void whatFollowsTheMessageOfABeanThatStillWorksWaitsForThatBean() throws Exception {
        var spec = queue();
        spec.setOrdering("key");
        adapter.endpointActivation(beans(), spec);
        send("one", "slow");
        Gate.await(begun, 20);

        giveUpTheConnection();
        restartBroker(PASSWORD);
        awaitNews("Receiving from");
        send("one", "behind it");
        send("other", "beside it");
        assertThat(next()).isEqualTo("slow");
        assertThat(next()).isEqualTo("beside it");
        finish.countDown();
        assertThat(List.of(next(), next(), next())).containsExactly("slow done", "slow", "behind it");
    }

    @Test
    void beansThatStillWorkAreAmongThoseThatMayWorkAtOnce() throws Exception {
        var spec = queue();
        spec.setMaxSession(1);
        adapter.endpointActivation(beans(), spec);
        send("one", "slow");
        Gate.await(begun, 20);

        giveUpTheConnection();
        restartBroker(PASSWORD);
        awaitNews("Receiving from");
        send("other", "next");
        assertThat(next()).isEqualTo("slow");
        assertThat(events.poll(500, TimeUnit.MILLISECONDS)).isNull();
        finish.countDown();
        assertThat(next()).isEqualTo("slow done");
        assertThat(List.of(next(), next())).containsExactlyInAnyOrder("slow", "next");
    }

    @Test
    void deactivationWaitsForTheBeanThatStillWorks() throws Exception {
        var beans = beans();
        var spec = queue();
        adapter.endpointActivation(beans, spec);
        send("one", "slow");
        Gate.await(begun, 20);

        giveUpTheConnection();
        var left = new CompletableFuture<Integer>();
        var deactivation = new Thread(() -> {
            adapter.endpointDeactivation(beans, spec);
            left.complete(beans.handedOut.get());
        });
        deactivation.start();
        deactivation.join(500);
        finish.countDown();
        assertThat(left.get(20, TimeUnit.SECONDS)).isZero();
    }

    private FakeEndpoints beans() {
        return new FakeEndpoints(message -> {
            var text = Received.of(message).text();
            events.add(text);
            if (text.equals("slow") && begun.getCount() > 0) {
                begun.countDown();
                Gate.await(finish, 60);
                events.add("slow done");
            }
        });
    }

    /** Returns when the activation waits no longer for beans at work, and tries to connect anew. */
    private void giveUpTheConnection() throws IOException {
        restartBroker("another");
        awaitNews("Lost the broker");
        awaitNews("Cannot receive");
    }

    private void awaitNews(String beginning) {
        String text;
        do {
            text = news.next();
            assertThat(text).as("news of: " + beginning).isNotNull();
        } while (!text.startsWith(beginning));
    }

    private static IsthmusActivationSpec queue() {
        var spec = new IsthmusActivationSpec();
        spec.setDestination(ORDERS.getName());
        spec.setDestinationType("jakarta.jms.Queue");
        spec.setRedeliveryDelay(1L);
        spec.setSetupInterval(50L);
        return spec;
    }

    private void send(String group, String text) throws JMSException {
        try (var connection = adapter.connectionFactory().createConnection()) {
            var session = connection.createSession();
            var message = session.createTextMessage(text);
            message.setStringProperty("JMSXGroupID", group);
            session.createProducer(ORDERS).send(message);
        }
    }

    private String next() throws InterruptedException {
        return events.poll(20, TimeUnit.SECONDS);
    }
}
