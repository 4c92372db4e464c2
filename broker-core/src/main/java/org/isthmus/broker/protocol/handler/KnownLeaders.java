package org.isthmus.broker.protocol.handler;

import java.util.Optional;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.SessionState;

/**
 * Who leads, as far as this broker can tell. Once its session is over that is nobody: others may lead by now what it knows of, itself for one leads
 * nothing, and whoever asks is to ask another broker.
 */
record KnownLeaders(ClusterImage image, boolean areKnown) {
    static KnownLeaders in(MetadataStore metadata) {
        return new KnownLeaders(metadata.image(), metadata.session() != SessionState.LOST);
    }

    Optional<BrokerImage> of(PartitionImage partition) {
        return areKnown ? Optional.ofNullable(image.brokers().get(partition.leader())) : Optional.empty();
    }
}
