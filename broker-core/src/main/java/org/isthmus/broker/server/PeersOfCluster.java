package org.isthmus.broker.server;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.client.ShareStanding;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.client.BrokerPeers;
import org.isthmus.broker.protocol.handler.OtherBrokers;
import org.jspecify.annotations.Nullable;

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

    @Override
    public CompletionStage<List<ShareStanding>> standing(
            Endpoint broker, String group, @Nullable Collection<TopicPartition> partitions) {
        return peers.standing(broker, group, partitions);
    }

    @Override
    public CompletionStage<Void> restart(Endpoint broker, String group, TopicPartition partition, long offset) {
        return peers.restart(broker, group, partition, offset);
    }

    @Override
    public CompletionStage<Void> forget(Endpoint broker, String group, String topic) {
        return peers.forget(broker, group, topic);
    }

    @Override
    public CompletionStage<Void> forget(Endpoint broker, String group) {
        return peers.forget(broker, group);
    }
}
