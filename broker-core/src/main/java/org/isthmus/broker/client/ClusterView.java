package org.isthmus.broker.client;

import java.util.List;
import org.isthmus.broker.common.BrokerId;

/**
 * The cluster as one of its brokers told of it.
 *
 * @param controller {@link BrokerId#NONE} where there is none at the moment
 * @param brokers those that are alive
 */
public record ClusterView(String id, BrokerId controller, List<Broker> brokers, List<Topic> topics) {
    /** A broker that is alive. */
    public record Broker(BrokerId id, String host, int port, String rack) {}

    /** A topic and its partitions by index. */
    public record Topic(String name, boolean isInternal, List<Partition> partitions) {}

    /**
     * A partition of a topic.
     *
     * @param leader {@link BrokerId#NONE} where nobody leads
     */
    public record Partition(
            BrokerId leader, int leaderEpoch, List<BrokerId> replicas, List<BrokerId> isr, List<BrokerId> offline) {
        /** Whether fewer are in sync than should be. */
        public boolean isUnderReplicated() {
            return isr.size() < replicas.size();
        }
    }
}
