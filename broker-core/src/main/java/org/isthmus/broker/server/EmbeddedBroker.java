package org.isthmus.broker.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.isthmus.broker.network.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * A holder's share of a broker inside this JVM. There is one broker for a data directory, whoever asks; it starts with the first holder
 * and ends with the last. Safe for use by many threads.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final System.Logger log = System.getLogger(EmbeddedBroker.class.getName());
    /** One for each directory that was ever used, so that a start and a stop of the same broker exclude each other. */
    private static final Map<Path, Shared> BY_DIRECTORY = new ConcurrentHashMap<>();

    private final Shared shared;
    private final Broker broker;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** What all holders of one directory share. Its monitor guards it: starting blocks, and who joins has to wait for that. */
    private static final class Shared {
        private @Nullable Broker broker;
        private List<Endpoint.Tcp> asked = List.of();
        private int holders;
    }

    private EmbeddedBroker(Shared shared, Broker broker) {
        this.shared = shared;
        this.broker = broker;
    }

    /**
     * Starts the broker of this data directory, or joins the one that runs in this JVM already. Fails with an {@link IOException} that
     * names the directory where another process holds it, or where a running broker lacks a listener that is asked for here. Settings
     * count for the holder that starts it.
     */
    public static EmbeddedBroker acquire(BrokerConfig config) throws IOException {
        Files.createDirectories(config.dataDirectory());
        var directory = config.dataDirectory().toRealPath();
        var shared = BY_DIRECTORY.computeIfAbsent(directory, unused -> new Shared());
        synchronized (shared) {
            var running = shared.broker;
            if (running == null) {
                running = Broker.start(directory, config);
                shared.broker = running;
                shared.asked = config.listeners();
                log.log(
                        System.Logger.Level.INFO,
                        "Broker started: data={0} listeners={1}",
                        directory,
                        running.listeners());
            } else if (!shared.asked.containsAll(config.listeners())) {
                throw new IOException("the broker of " + directory + " already runs in this JVM, with listeners "
                        + shared.asked + " and not " + config.listeners());
            }
            shared.holders++;
            return new EmbeddedBroker(shared, running);
        }
    }

    /** The address under which clients in this JVM reach it. */
    public Endpoint.InVm endpoint() {
        return broker.endpoint();
    }

    /** The TCP addresses as bound, with their real ports; empty where no port is open. */
    public List<Endpoint.Tcp> listeners() {
        return broker.listeners();
    }

    /** Gives the share back; calling it twice does nothing more. Whoever is the last waits until the broker has stopped. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        synchronized (shared) {
            shared.holders--;
            if (shared.holders == 0) {
                shared.broker = null;
                broker.close();
                log.log(
                        System.Logger.Level.INFO,
                        "Broker stopped: data={0}",
                        broker.endpoint().name());
            }
        }
    }
}
