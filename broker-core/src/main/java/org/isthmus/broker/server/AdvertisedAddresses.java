package org.isthmus.broker.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Set;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.client.PeerAddress;
import org.isthmus.broker.protocol.handler.Addresses;

/**
 * What clients are told to connect to: those in this JVM the in-VM name they came by, those on the network the advertised address of their
 * listener, or else the listener itself. Of the other brokers they are told the listener that speaks TLS where they do so themselves; those in this
 * JVM, which may do either, what brokers do among themselves.
 */
record AdvertisedAddresses(BrokerId self, Map<Endpoint, Endpoint.Tcp> advertised, boolean tlsBetweenBrokers)
        implements Addresses {
    private static final Set<String> EVERY_ADDRESS = Set.of("0.0.0.0", "::", "0:0:0:0:0:0:0:0");

    @Override
    public Endpoint of(BrokerImage broker, Endpoint listener) {
        if (!broker.id().equals(self)) {
            return PeerAddress.of(broker, listener instanceof Endpoint.Tcp tcp ? tcp.tls() : tlsBetweenBrokers);
        }
        if (listener instanceof Endpoint.Tcp tcp) {
            return reached(tcp);
        }
        return listener;
    }

    /** How others reach a listener. */
    Endpoint.Tcp reached(Endpoint.Tcp listener) {
        var address = advertised.getOrDefault(listener, listener);
        return new Endpoint.Tcp(
                EVERY_ADDRESS.contains(address.host()) ? thisMachine() : address.host(),
                address.port(),
                listener.tls());
    }

    private static String thisMachine() {
        try {
            return InetAddress.getLocalHost().getCanonicalHostName();
        } catch (UnknownHostException nameless) {
            return InetAddress.getLoopbackAddress().getHostAddress();
        }
    }
}
