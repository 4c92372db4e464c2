package org.isthmus.broker.protocol.handler;

import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.network.Endpoint;

/** Under which address a client that came in by one listener reaches a broker. Safe for use by many threads. */
@FunctionalInterface
public interface Addresses {
    Endpoint of(BrokerImage broker, Endpoint listener);
}
