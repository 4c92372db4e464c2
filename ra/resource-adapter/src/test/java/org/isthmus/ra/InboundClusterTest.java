package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.isthmus.jms.IsthmusQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Beans on a queue whose partitions are led by several brokers. */
@Timeout(180)
class InboundClusterTest {
    private static final IsthmusQueue ORDERS = new IsthmusQueue("orders");
    /** Fewer than come ahead of beans at once, and more than are left when they ask for the next. */
    private static final int MESSAGES = 30;

    private final FakeServer server = new FakeServer();
    private final IsthmusResourceAdapter adapter = new IsthmusResourceAdapter();
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private BrokerCluster cluster;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        cluster = new BrokerCluster(directory);
        adapter.setBootstrapServers(cluster.bootstrapServers());
        adapter.start(server);
    }

    @AfterEach
    void stop() throws Exception {
        adapter.stop();
        server.close();
        cluster.close();
    }

    @Test
    void beansAskAnewForWhatTheyHadAheadAndLostWithTheLeaderOfAnotherPartition() throws Exception {
        cluster.createQueue(ORDERS.getName());
        var messages = IntStream.range(0, MESSAGES).mapToObj(n -> "order " + n).toList();
        try (var context = adapter.connectionFactory().createContext()) {
            var producer = context.createProducer();
            messages.forEach(text -> producer.send(ORDERS, text));
        }
        var partition = new CompletableFuture<Integer>();
        var finish = new CountDownLatch(1);
        var spec = new IsthmusActivationSpec();
        spec.setDestination(ORDERS.getName());
        spec.setDestinationType("jakarta.jms.Queue");
        spec.setMaxSession(1);
        adapter.endpointActivation(
                new FakeEndpoints(message -> {
                    received.add(Received.of(message).text());
                    partition.complete(partitionOf(message));
                    Gate.await(finish, 120);
                }),
                spec);

        cluster.kill(cluster.leaderOfOthers(ORDERS.getName(), partition.get(60, TimeUnit.SECONDS)));
        try (var context = adapter.connectionFactory().createContext();
                var consumer = context.createConsumer(ORDERS)) {
            // Somebody else gets it, so the bean's member has noticed that its connections are lost.
            received.add(consumer.receiveBody(String.class, 60_000));
        }
        finish.countDown();

        var texts = new HashSet<String>();
        while (texts.size() < MESSAGES) {
            var text = received.poll(60, TimeUnit.SECONDS);
            assertThat(text).as("a message beside %s", texts).isNotNull();
            texts.add(text);
        }
        assertThat(texts).containsExactlyInAnyOrderElementsOf(messages);
    }

    private static int partitionOf(Message message) {
        try {
            return message.getIntProperty("JMS_Isthmus_Partition");
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }
}
