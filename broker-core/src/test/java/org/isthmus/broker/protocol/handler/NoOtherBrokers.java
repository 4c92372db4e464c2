package org.isthmus.broker.protocol.handler;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.client.BrokerPeers;

/** A cluster of one. */
final class NoOtherBrokers implements OtherBrokers {
    @Override
    public Collection<Endpoint> all() {
        return List.of();
    }

    @Override
    public Optional<Endpoint> leading(TopicPartition partition) {
        return Optional.empty();
    }

    @Override
    public BrokerPeers peers() {
        throw new AssertionError("there is nobody to ask");
    }
}
