package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.BootstrapContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.jspecify.annotations.Nullable;

/** A broker that goes away and comes back once, at the same address, and the adapter that is its client. */
final class RemoteBroker implements AutoCloseable {
    final IsthmusResourceAdapter adapter = new IsthmusResourceAdapter();
    private final Path directory;
    private final EmbeddedBroker first;
    private final Endpoint.Tcp address;
    private @Nullable EmbeddedBroker second;

    /** Starts both, the adapter in this server. */
    RemoteBroker(Path directory, BootstrapContext server) throws IOException, ResourceException {
        this.directory = directory;
        first = acquire(new Endpoint.Tcp("127.0.0.1", 0));
        address = first.listeners().get(0);
        adapter.setBootstrapServers(address.toString());
        adapter.start(server);
    }

    private EmbeddedBroker acquire(Endpoint.Tcp at) throws IOException {
        return EmbeddedBroker.acquire(new BrokerConfig(directory, List.of(at), Map.of()));
    }

    /** From any thread; again, it does nothing. */
    void goAway() {
        first.close();
    }

    void comeBack() throws IOException {
        second = acquire(address);
    }

    /** The broker that has come back is not the adapter's, and stays. */
    void stopAdapter() {
        adapter.stop();
        assertThat(second.listeners()).containsExactly(address);
    }

    @Override
    public void close() {
        first.close();
        if (second != null) {
            second.close();
        }
    }
}
