package org.isthmus.broker.protocol.client;

import java.util.List;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.OperatorClient;
import org.isthmus.broker.common.TlsSettings;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.network.Tls;
import org.isthmus.broker.network.Transport;
import org.isthmus.broker.network.TransportConfig;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.IdSource;
import org.jspecify.annotations.Nullable;

/** Where broker clients come from. All clients of this JVM share their I/O threads, which end with the last client. */
public final class BrokerClients {
    private static @Nullable Transport transport;
    private static int clients;

    private BrokerClients() {}

    /**
     * A client of the cluster that any of these endpoints belongs to, over TCP or inside the JVM. Returns at once; connections are made
     * when they are needed. An endpoint that speaks TLS makes the client speak it to all, if need be as the JDK is set up for it.
     *
     * @throws IllegalArgumentException where a setting of TLS cannot be
     */
    public static BrokerClient connect(List<Endpoint> bootstrap, ClientConfig config) {
        return operate(bootstrap, config);
    }

    /** As {@link #connect}, for who looks after the cluster. */
    public static OperatorClient operate(List<Endpoint> bootstrap, ClientConfig config) {
        if (bootstrap.isEmpty()) {
            throw new IllegalArgumentException("no bootstrap endpoint");
        }
        if (config.tls() == null && bootstrap.stream().anyMatch(BrokerClients::speaksTls)) {
            return operate(bootstrap, config.withTls(TlsSettings.DEFAULT));
        }
        var tls = tls(config);
        var shared = acquire();
        var client = new ClientLoop(shared.clientLoop(), shared, Clock.system(), IdSource.random(), config, tls);
        return new WireBrokerClient(client, reached(bootstrap, client), BrokerClients::release);
    }

    private static boolean speaksTls(Endpoint endpoint) {
        return endpoint instanceof Endpoint.Tcp tcp && tcp.tls();
    }

    static @Nullable Tls tls(ClientConfig config) {
        return config.tls() == null ? null : Tls.ofClient(config.tls());
    }

    private static List<Endpoint> reached(List<Endpoint> bootstrap, ClientLoop client) {
        return bootstrap.stream()
                .map(endpoint -> client.at(endpoint.host(), endpoint.port()))
                .toList();
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
