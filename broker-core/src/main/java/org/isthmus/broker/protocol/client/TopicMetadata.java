package org.isthmus.broker.protocol.client;

import java.util.List;
import org.isthmus.broker.client.TopicInfo;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.network.Endpoint;

/**
 * A topic and where its partitions are led, by index.
 *
 * @param atNanos when a broker told of it, by the client's monotonic clock
 */
record TopicMetadata(TopicInfo info, List<Leader> leaders, long atNanos) {
    /** Where a partition is led; without an endpoint while it has no leader. */
    sealed interface Leader {
        record At(Endpoint endpoint) implements Leader {}

        record None() implements Leader {}
    }

    TopicMetadata {
        leaders = List.copyOf(leaders);
    }

    boolean isLedBy(int partition, Endpoint broker) {
        return partition < leaders.size() && leaders.get(partition).equals(new Leader.At(broker));
    }

    boolean isLed(int partition) {
        return leaders.get(partition) instanceof Leader.At;
    }

    /** Fails with {@code UNKNOWN_TOPIC_OR_PARTITION} or {@code LEADER_NOT_AVAILABLE}. */
    Endpoint leader(int partition) {
        if (partition >= leaders.size()) {
            throw new BrokerException(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "topic " + info.name() + " has partitions 0 to " + (leaders.size() - 1) + ", not " + partition);
        }
        if (leaders.get(partition) instanceof Leader.At at) {
            return at.endpoint();
        }
        throw new BrokerException(
                ErrorCode.LEADER_NOT_AVAILABLE, "partition " + info.name() + "-" + partition + " has no leader now");
    }
}
