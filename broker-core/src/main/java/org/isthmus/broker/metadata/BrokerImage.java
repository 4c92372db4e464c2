package org.isthmus.broker.metadata;

import org.isthmus.broker.common.BrokerId;
import org.jspecify.annotations.Nullable;

/**
 * A broker that is alive, and the address under which clients and other brokers reach it; port −1 where it opened none.
 *
 * @param host of a listener without TLS, or of the one with TLS where there is no other
 * @param epoch which of its lives this is: higher after each registration in a new session; 0 in a cluster of one
 * @param rack what it shares with the brokers that fail together with it, where it says
 * @param tls where it speaks TLS, if it does
 */
public record BrokerImage(
        BrokerId id,
        String host,
        int port,
        long epoch,
        @Nullable String rack,
        @Nullable Address tls) {
    public BrokerImage(BrokerId id, String host, int port, long epoch, @Nullable String rack) {
        this(id, host, port, epoch, rack, null);
    }

    public BrokerImage(BrokerId id, String host, int port) {
        this(id, host, port, 0, null);
    }

    /** A listener, as others reach it. */
    public record Address(String host, int port) {}
}
