package org.isthmus.ra;

import jakarta.jms.ConnectionFactory;
import jakarta.resource.spi.BootstrapContext;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.isthmus.jms.IsthmusQueue;
import org.isthmus.ra.outbound.Login;

/**
 * From start to stop: a bean on a queue, a pooled connection that sends to it, a consumer in the caller's thread, and beans that are still at work
 * when the adapter stops. Loaded by {@link RedeployTest}.
 */
public final class DeployedAdapter implements BiConsumer<BootstrapContext, Path> {
    private static final int MESSAGES = 20;

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

    @Override
    public void accept(BootstrapContext server, Path directory) {
        var adapter = new IsthmusResourceAdapter();
        try {
            adapter.setDataDirectory(directory.toString());
            adapter.setListeners("127.0.0.1:0");
            adapter.start(server);
            try {
                use(adapter);
                leaveAtWork(adapter);
            } finally {
                adapter.stop();
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void use(IsthmusResourceAdapter adapter) throws Exception {
        var bean = FakeEndpoints.keeping(received);
        var spec = new IsthmusActivationSpec();
        spec.setResourceAdapter(adapter);
        spec.setDestination("of-a-bean");
        spec.setDestinationType("jakarta.jms.Queue");
        adapter.endpointActivation(bean, spec);
        var managed = new IsthmusManagedConnectionFactory();
        managed.setResourceAdapter(adapter);
        var pooled = managed.createManagedConnection(null, Login.CONFIGURED);
        try (var connection = (jakarta.jms.Connection) pooled.getConnection(null, Login.CONFIGURED)) {
            var session = connection.createSession();
            for (int n = 0; n < MESSAGES; n++) {
                session.createProducer(new IsthmusQueue("of-a-bean")).send(session.createTextMessage("m" + n));
            }
        } finally {
            pooled.destroy();
        }
        for (int n = 0; n < MESSAGES; n++) {
            if (received.poll(30, TimeUnit.SECONDS) == null) {
                throw new AssertionError("the bean got " + n + " messages");
            }
        }
        receiveHere(managed.createConnectionFactory());
        adapter.endpointDeactivation(bean, spec);
    }

    /** Servers undeploy also what is in use. Each of these beans sends on what it received, so they are never done. */
    private static void leaveAtWork(IsthmusResourceAdapter adapter) throws Exception {
        var queue = new IsthmusQueue("of-busy-beans");
        var rounds = new Semaphore(0);
        var spec = new IsthmusActivationSpec();
        spec.setResourceAdapter(adapter);
        spec.setDestination(queue.getName());
        spec.setDestinationType("jakarta.jms.Queue");
        adapter.endpointActivation(
                new FakeEndpoints(message -> {
                    send(adapter, queue);
                    rounds.release();
                }),
                spec);
        for (int n = 0; n < MESSAGES; n++) {
            send(adapter, queue);
        }
        if (!rounds.tryAcquire(10 * MESSAGES, 30, TimeUnit.SECONDS)) {
            throw new AssertionError("the beans do not go on");
        }
    }

    private static void send(IsthmusResourceAdapter adapter, IsthmusQueue to) {
        try (var context = adapter.connectionFactory().createContext()) {
            context.createProducer().send(to, "again");
        }
    }

    private static void receiveHere(ConnectionFactory factory) {
        try (var context = factory.createContext()) {
            var queue = new IsthmusQueue("of-a-request");
            context.createProducer().send(queue, "hello");
            try (var consumer = context.createConsumer(queue)) {
                if (consumer.receive(30_000) == null) {
                    throw new AssertionError("nothing received");
                }
            }
        }
    }
}
