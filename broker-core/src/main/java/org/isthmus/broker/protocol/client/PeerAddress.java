package org.isthmus.broker.protocol.client;

import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.network.Endpoint;

/** Where a broker of the cluster is reached. */
public final class PeerAddress {
    private PeerAddress() {}

    /**
     * The broker's address for who speaks TLS, or who does not. One that speaks it not is told the other address, where TLS then fails: it is
     * never given up for that.
     */
    public static Endpoint of(BrokerImage broker, boolean tls) {
        var secured = broker.tls();
        return tls && secured != null
                ? new Endpoint.Tcp(secured.host(), secured.port(), true)
                : Endpoint.of(broker.host(), broker.port(), tls);
    }
}
