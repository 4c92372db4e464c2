package org.isthmus.broker.server;

import java.util.Collection;
import java.util.Optional;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.client.BrokerPeers;
import org.isthmus.broker.protocol.handler.OtherBrokers;

/** The other brokers, as the newest image has them. */
record PeersOfCluster(Leaders leaders, BrokerPeers peers) implements OtherBrokers {
    @Override
    public Collection<Endpoint> all() {
        return leaders.others();
    }

    @Override
    public Optional<Endpoint> leading(TopicPartition partition) {
        return leaders.elsewhere(partition);
    }
}
