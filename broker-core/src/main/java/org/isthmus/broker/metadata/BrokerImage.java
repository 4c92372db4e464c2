package org.isthmus.broker.metadata;

import org.isthmus.broker.common.BrokerId;
import org.jspecify.annotations.Nullable;

/**
 * A broker that is alive, and the address under which clients and other brokers reach it; port −1 where it opened none.
 *
 * @param epoch which of its lives this is: higher after each registration in a new session; 0 in a cluster of one
 * @param rack what it shares with the brokers that fail together with it, where it says
 */
public record BrokerImage(
        BrokerId id,
        String host,
        int port,
        long epoch,
        @Nullable String rack) {
    public BrokerImage(BrokerId id, String host, int port) {
        this(id, host, port, 0, null);
    }
}
