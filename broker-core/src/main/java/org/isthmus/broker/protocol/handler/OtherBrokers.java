package org.isthmus.broker.protocol.handler;

import java.util.Collection;
import java.util.Optional;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.client.BrokerPeers;

/** The other brokers of the cluster, for a broker that answers for all of it where each knows only of what it leads. Safe for use by many threads. */
public interface OtherBrokers {
    Collection<Endpoint> all();

    /** Where another broker leads the partition; empty where this one does, or nobody. */
    Optional<Endpoint> leading(TopicPartition partition);

    /** By which they are asked for what they lead, and no more. */
    BrokerPeers peers();
}
