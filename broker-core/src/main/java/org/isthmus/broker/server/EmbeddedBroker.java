package org.isthmus.broker.server;

import java.io.IOException;
import org.isthmus.broker.network.Endpoint;

/**
 * A holder's share of a broker inside this JVM. There is one broker for a data directory, whoever asks; it starts with the first holder
 * and ends with the last. Safe for use by many threads.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private EmbeddedBroker() {}

    /**
     * Starts the broker of this data directory, or joins the one that runs in this JVM already. Fails with an {@link IOException} that
     * names the directory where another process holds it, or where a running broker was started with other listeners.
     */
    public static EmbeddedBroker acquire(BrokerConfig config) throws IOException {
        throw new IOException("not there yet");
    }

    /** The address under which clients in this JVM reach it. */
    public Endpoint.InVm endpoint() {
        return new Endpoint.InVm("");
    }

    /** The TCP addresses as bound, with their real ports; empty where no port is open. */
    public java.util.List<Endpoint.Tcp> listeners() {
        return java.util.List.of();
    }

    /** Gives the share back; calling it twice does nothing more. */
    @Override
    public void close() {}
}
