package org.isthmus.jms;

import jakarta.jms.JMSException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.Credentials;
import org.isthmus.broker.common.TlsSettings;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.client.BrokerClients;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.isthmus.broker.server.HostAndPort;
import org.jspecify.annotations.Nullable;

/** The two ways to a broker: over TCP, and into the one that this JVM runs. */
final class Dialers {
    private static final System.Logger LOG = System.getLogger(Dialers.class.getName());
    private static final AtomicBoolean LOGIN_IGNORED = new AtomicBoolean();
    private static final int DEFAULT_PORT = 9092;

    private Dialers() {}

    static BrokerLink.Dialer remote(String bootstrapServers, @Nullable Credentials who, @Nullable TlsSettings tls)
            throws JMSException {
        var endpoints = endpoints(bootstrapServers, tls != null);
        if (endpoints.stream().map(Endpoint.Tcp::tls).distinct().count() > 1) {
            throw new JMSException(
                    "bootstrapServers: TLS is spoken with all of them, or with none: " + bootstrapServers);
        }
        var spoken = endpoints.stream().anyMatch(Endpoint.Tcp::tls) ? tls : null;
        return new BrokerLink.Dialer() {
            @Override
            public String broker() {
                return endpoints.toString();
            }

            @Override
            public BrokerLink dial(String clientName) throws JMSException {
                return link(List.copyOf(endpoints), clientName, who, spoken, () -> {});
            }
        };
    }

    /** The broker lives from the first link to the last. */
    static BrokerLink.Dialer embedded(Path dataDirectory, @Nullable Credentials who, @Nullable TlsSettings tls) {
        var directory = dataDirectory.toAbsolutePath().normalize();
        return new BrokerLink.Dialer() {
            @Override
            public String broker() {
                return "embedded:" + directory;
            }

            @Override
            public BrokerLink dial(String clientName) throws JMSException {
                try {
                    var share = EmbeddedBroker.acquire(new BrokerConfig(directory, List.of(), Map.of()));
                    return link(List.of(share.endpoint()), clientName, who, tls, share::close);
                } catch (IOException e) {
                    throw JmsErrors.caused(
                            new JMSException(
                                    "the embedded broker did not start in " + directory + ": " + e.getMessage()),
                            e);
                }
            }
        };
    }

    private static BrokerLink link(
            List<Endpoint> endpoints,
            String clientName,
            @Nullable Credentials who,
            @Nullable TlsSettings tls,
            Runnable whenClosed)
            throws JMSException {
        var config = ClientConfig.defaults(clientName).withCredentials(who).withTls(tls);
        var link = new Link(connect(endpoints, config, whenClosed), whenClosed);
        if (who == null) {
            return link;
        }
        try {
            var asked = JmsErrors.await(link.client().login(), who.toString());
            // Once: a server's recovery makes a connection every few minutes, for which it must have a name.
            if (!asked && LOGIN_IGNORED.compareAndSet(false, true)) {
                LOG.log(System.Logger.Level.WARNING, "User and password are ignored: the broker does not ask for them");
            }
            return link;
        } catch (JMSException e) {
            link.close();
            throw e;
        }
    }

    private static BrokerClient connect(List<Endpoint> endpoints, ClientConfig config, Runnable whenFailed)
            throws JMSException {
        try {
            return BrokerClients.connect(endpoints, config);
        } catch (IllegalArgumentException e) {
            whenFailed.run();
            throw JmsErrors.caused(new JMSException(e.getMessage()), e);
        }
    }

    private record Link(BrokerClient client, Runnable whenClosed) implements BrokerLink {
        @Override
        public void close() {
            try {
                client.close();
            } finally {
                whenClosed.run();
            }
        }
    }

    /**
     * @param tls whether TLS is spoken with an address that does not say
     */
    static List<Endpoint.Tcp> endpoints(String bootstrapServers, boolean tls) throws JMSException {
        var endpoints = new ArrayList<Endpoint.Tcp>();
        for (var server : bootstrapServers.split(",", -1)) {
            if (!server.isBlank()) {
                endpoints.add(endpoint(server.strip(), tls));
            }
        }
        return endpoints;
    }

    private static Endpoint.Tcp endpoint(String server, boolean tls) throws JMSException {
        int protocolEnd = server.indexOf("://");
        var address = protocolEnd < 0 ? server : server.substring(protocolEnd + 3);
        int bracket = address.lastIndexOf(']');
        int colon = address.indexOf(':', Math.max(bracket, 0));
        var host = colon < 0 ? address : address.substring(0, colon);
        try {
            int port = colon < 0 ? DEFAULT_PORT : Integer.parseInt(address.substring(colon + 1));
            if (port > 0 && port < 65536 && !host.isEmpty()) {
                return new Endpoint.Tcp(
                        bracket < 0 ? host : host.substring(1, host.length() - 1),
                        port,
                        protocolEnd < 0 ? tls : HostAndPort.speaksTls(server.substring(0, protocolEnd)));
            }
        } catch (NumberFormatException e) {
            throw JmsErrors.caused(new JMSException("no host:port in bootstrapServers: " + server), e);
        }
        throw new JMSException("no host:port in bootstrapServers: " + server);
    }
}
