package org.isthmus.broker.metadata;

import java.util.Map;

/** One change of the cluster, from one image to the next. */
public sealed interface ClusterDelta {
    record TopicCreated(TopicImage topic) implements ClusterDelta {}

    record TopicDeleted(String name) implements ClusterDelta {}

    /** Partitions, settings or leaders of a topic are as given from now on. */
    record TopicChanged(TopicImage topic) implements ClusterDelta {}

    record BrokerRegistered(BrokerImage broker) implements ClusterDelta {}

    /** Ids below the given one are taken. */
    record ProducerIdsTaken(long nextProducerId) implements ClusterDelta {}

    /** The settings of a group are these from now on; none of its own where the map is empty. */
    record GroupConfigured(String group, Map<String, String> configs) implements ClusterDelta {
        public GroupConfigured {
            configs = Map.copyOf(configs);
        }
    }
}
