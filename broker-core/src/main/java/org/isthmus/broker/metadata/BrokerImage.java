package org.isthmus.broker.metadata;

import org.isthmus.broker.common.BrokerId;

/** A broker that is alive, and the address under which clients and other brokers reach it; port −1 where it opened none. */
public record BrokerImage(BrokerId id, String host, int port) {}
