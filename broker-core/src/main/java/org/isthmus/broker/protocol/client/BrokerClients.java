package org.isthmus.broker.protocol.client;

import java.util.List;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.network.Endpoint;

/** Where broker clients come from. All clients of this JVM share their I/O threads, which end with the last client. */
public final class BrokerClients {
    private BrokerClients() {}

    /**
     * A client of the cluster that any of these endpoints belongs to, over TCP or inside the JVM. Returns at once; connections are made
     * when they are needed.
     */
    public static BrokerClient connect(List<Endpoint> bootstrap, ClientConfig config) {
        throw new IllegalStateException("not there yet");
    }
}
