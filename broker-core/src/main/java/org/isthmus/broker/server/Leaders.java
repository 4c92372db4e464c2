package org.isthmus.broker.server;

import java.util.Collection;
import java.util.Optional;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.TemporaryName;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.client.PeerAddress;

/**
 * Finds the leaders that are other brokers, in the newest image.
 *
 * @param tls whether brokers speak TLS to each other
 */
record Leaders(BrokerId self, MetadataStore metadata, boolean tls) {
    /** Where another broker leads the partition; empty where this one does, or nobody. */
    Optional<Endpoint> elsewhere(TopicPartition partition) {
        var image = metadata.image();
        return TemporaryName.parse(partition.topic())
                .map(TemporaryName::broker)
                .or(() -> image.partition(partition).map(PartitionImage::leader))
                .flatMap(leader -> Optional.ofNullable(image.brokers().get(leader)))
                .filter(leader -> !leader.id().equals(self))
                .map(this::at);
    }

    /** Where the other brokers are. */
    Collection<Endpoint> others() {
        return metadata.image().brokers().values().stream()
                .filter(broker -> !broker.id().equals(self))
                .map(this::at)
                .toList();
    }

    private Endpoint at(BrokerImage broker) {
        return PeerAddress.of(broker, tls);
    }
}
