package org.isthmus.broker.protocol.handler;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.network.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * Who leads the partitions for which a client came to the wrong broker, or with the belief in an earlier reign. It is told together with the
 * refusal, so that the client goes there at once, without asking anybody for metadata (KIP-951). Safe for use by many threads.
 */
public record CurrentLeaders(MetadataStore metadata, Addresses addresses) {
    record Leader(int id, int epoch) {}

    /** How a client reaches a leader. */
    record Node(int id, String host, int port, @Nullable String rack) {}

    /** @param knows whether the answer's version has a place for it */
    Answer answer(RequestContext context, boolean knows) {
        return new Answer(context.listener(), knows);
    }

    /** What one answer tells. Used by one thread. */
    final class Answer {
        private final Endpoint listener;
        private final boolean knows;
        /** Empty with nearly every answer, so it is made when there is something to tell. */
        private Map<BrokerId, Node> nodes = Map.of();

        private Answer(Endpoint listener, boolean knows) {
            this.listener = listener;
            this.knows = knows;
        }

        /** Who leads it now; a request may have waited long. Empty where the error is another, or nobody leads the partition. */
        Optional<Leader> leader(short error, TopicPartition partition) {
            var isElsewhere =
                    error == ErrorCode.NOT_LEADER_OR_FOLLOWER.code() || error == ErrorCode.FENCED_LEADER_EPOCH.code();
            if (!knows || !isElsewhere) {
                return Optional.empty();
            }
            var image = metadata.image();
            return image.partition(partition)
                    .flatMap(found -> Optional.ofNullable(image.brokers().get(found.leader()))
                            .map(leader -> {
                                name(leader);
                                return new Leader(
                                        leader.id().value(), found.leaderEpoch().value());
                            }));
        }

        private void name(BrokerImage broker) {
            if (nodes.isEmpty()) {
                nodes = new LinkedHashMap<>();
            }
            var address = addresses.of(broker, listener);
            nodes.put(broker.id(), new Node(broker.id().value(), address.host(), address.port(), broker.rack()));
        }

        /** Those of the leaders that were told, each once. */
        Collection<Node> nodes() {
            return nodes.values();
        }
    }
}
