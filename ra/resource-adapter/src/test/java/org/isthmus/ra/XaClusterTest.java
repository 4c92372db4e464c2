package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.JMSException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.isthmus.jms.IsthmusQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Beans on a queue of a cluster, in transactions with a queue and a database that they write to, while its brokers are killed or restarted one after
 * another: the one that leads a queue, the one that coordinates, the one that a connection was made to.
 */
@Timeout(300)
class XaClusterTest {
    private static final IsthmusQueue ORDERS = new IsthmusQueue("orders");
    private static final IsthmusQueue INVOICES = new IsthmusQueue("invoices");
    private static final IsthmusQueue DEAD_LETTERS = new IsthmusQueue("jms-dead-letters");
    private static final int BROKERS = 3;
    private static final int MESSAGES_EACH = 80;
    private static final int BEFORE_FAULT = 20;
    private static final int AFTER_FAULT = 20;
    private static final long SOON = 30_000;

    private final JtaServer server = new JtaServer();
    private final FakeServer threads = new FakeServer();
    private final IsthmusResourceAdapter adapter = new IsthmusResourceAdapter();
    private final IsthmusManagedConnectionFactory managed = new IsthmusManagedConnectionFactory();
    private final Accounts accounts = new Accounts(server, "jdbc:h2:mem:" + System.nanoTime() + ";DB_CLOSE_DELAY=-1");
    private final Semaphore handled = new Semaphore(0);
    private final AtomicInteger untilFault = new AtomicInteger();
    private final Semaphore gone = new Semaphore(0);
    private BrokerCluster cluster;

    /** The broker that goes next. */
    private volatile int doomed;

    private interface Going {
        void of(int id) throws InterruptedException;
    }

    @BeforeAll
    static void manager() {
        JtaServer.keepDecisionsInMemory();
    }

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        cluster = new BrokerCluster(directory);
        adapter.setBootstrapServers(cluster.bootstrapServers());
        adapter.start(threads);
        managed.setResourceAdapter(adapter);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        adapter.stop();
        threads.close();
        cluster.close();
    }

    @Test
    void whicheverBrokerIsKilledEachMessageIsWorkedAtOnce() throws Exception {
        workWhileBrokersGoAndComeBack(cluster::kill);
    }

    @Test
    void eachMessageIsWorkedAtOnceWhileBrokersAreRestartedOneAfterAnother() throws Exception {
        workWhileBrokersGoAndComeBack(cluster::terminate);
    }

    private void workWhileBrokersGoAndComeBack(Going going) throws Exception {
        var factory = managed.createConnectionFactory(server);
        var spec = new IsthmusActivationSpec();
        spec.setDestination(ORDERS.getName());
        spec.setDestinationType("jakarta.jms.Queue");
        spec.setMaxSession(4);
        spec.setRedeliveryDelay(10L);
        adapter.endpointActivation(
                server.beans(message -> {
                    var order = Received.of(message).text();
                    accounts.write(order);
                    try (var context = factory.createContext()) {
                        context.createProducer().send(INVOICES, order);
                        endWhoIsDoomed(going);
                    }
                    handled.release();
                }),
                spec);
        for (int id = 1; id <= BROKERS; id++) {
            doomed = id;
            untilFault.set(BEFORE_FAULT);
            send(orders((id - 1) * MESSAGES_EACH, id * MESSAGES_EACH));
            assertThat(gone.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
            assertThat(handled.tryAcquire(AFTER_FAULT, 60, TimeUnit.SECONDS)).isTrue();
            cluster.start(id);
        }

        var texts = orders(0, BROKERS * MESSAGES_EACH);
        assertThat(received(INVOICES, texts.size())).containsExactlyInAnyOrderElementsOf(texts);
        adapter.stop(); // which waits for the beans at work, and so for the database, which may be the last to commit
        adapter.start(threads);
        assertThat(accounts.texts()).containsExactlyElementsOf(texts);
        assertThat(received(INVOICES, 0)).isEmpty();
        assertThat(received(ORDERS, 0)).isEmpty();
        // Where one that was booked came again, as the table has each once.
        assertThat(received(DEAD_LETTERS, 0)).isEmpty();
    }

    /** In the middle of a transaction that has all its work and is not prepared, so what follows is for the survivors to undo or to finish. */
    private void endWhoIsDoomed(Going going) {
        if (untilFault.getAndDecrement() != 1) {
            return;
        }
        handled.drainPermits();
        try {
            going.of(doomed);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        gone.release();
    }

    private static List<String> orders(int from, int to) {
        return IntStream.range(from, to).mapToObj(n -> "order " + n).sorted().toList();
    }

    private void send(List<String> texts) throws JMSException {
        try (var connection = adapter.connectionFactory().createConnection()) {
            var session = connection.createSession(true, 0);
            var producer = session.createProducer(ORDERS);
            for (var text : texts) {
                producer.send(session.createTextMessage(text));
            }
            session.commit();
        }
    }

    /** So many, and what else is there. */
    private List<String> received(IsthmusQueue queue, int count) throws JMSException {
        var texts = new ArrayList<String>();
        try (var connection = adapter.connectionFactory().createConnection()) {
            connection.start();
            var consumer = connection.createSession().createConsumer(queue);
            for (int n = 0; n < count; n++) {
                var message = consumer.receive(SOON);
                if (message == null) {
                    return texts;
                }
                texts.add(message.getBody(String.class));
            }
            for (var more = consumer.receiveNoWait(); more != null; more = consumer.receiveNoWait()) {
                texts.add(more.getBody(String.class));
            }
        }
        return texts;
    }
}
