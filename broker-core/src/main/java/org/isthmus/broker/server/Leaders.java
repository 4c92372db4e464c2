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

/** Finds the leaders that are other brokers, in the newest image. */
record Leaders(BrokerId self, MetadataStore metadata) {
    /** Where another broker leads the partition; empty where this one does, or nobody. */
    Optional<Endpoint> elsewhere(TopicPartition partition) {
        var image = metadata.image();
        return TemporaryName.parse(partition.topic())
                .map(TemporaryName::broker)
                .or(() -> image.partition(partition).map(PartitionImage::leader))
                .flatMap(leader -> Optional.ofNullable(image.brokers().get(leader)))
                .filter(leader -> !leader.id().equals(self))
                .map(Leaders::at);
    }

    /** Where the other brokers are. */
    Collection<Endpoint> others() {
        return metadata.image().brokers().values().stream()
                .filter(broker -> !broker.id().equals(self))
                .map(Leaders::at)
                .toList();
    }

    private static Endpoint at(BrokerImage broker) {
        return Endpoint.of(broker.host(), broker.port());
    }
}
