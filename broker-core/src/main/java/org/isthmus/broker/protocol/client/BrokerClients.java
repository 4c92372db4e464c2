package org.isthmus.broker.protocol.client;

import java.util.List;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.OperatorClient;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.network.Transport;
import org.isthmus.broker.network.TransportConfig;
import org.isthmus.broker.runtime.Clock;
import org.jspecify.annotations.Nullable;

/** Where broker clients come from. All clients of this JVM share their I/O threads, which end with the last client. */
public final class BrokerClients {
    private static @Nullable Transport transport;
    private static int clients;

    private BrokerClients() {}

    /**
     * A client of the cluster that any of these endpoints belongs to, over TCP or inside the JVM. Returns at once; connections are made
     * when they are needed.
     */
    public static BrokerClient connect(List<Endpoint> bootstrap, ClientConfig config) {
        return operate(bootstrap, config);
    }

    /** As {@link #connect}, for who looks after the cluster. */
    public static OperatorClient operate(List<Endpoint> bootstrap, ClientConfig config) {
        if (bootstrap.isEmpty()) {
            throw new IllegalArgumentException("no bootstrap endpoint");
        }
        var shared = acquire();
        var client = new ClientLoop(shared.loop(), shared, Clock.system(), config);
        return new WireBrokerClient(client, bootstrap, BrokerClients::release);
    }

    private static synchronized Transport acquire() {
        if (transport == null) {
            transport = Transport.open(TransportConfig.DEFAULT);
        }
        clients++;
        return transport;
    }

    private static synchronized void release() {
        clients--;
        if (clients == 0 && transport != null) {
            transport.close();
            transport = null;
        }
    }
}
