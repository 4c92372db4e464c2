package org.isthmus.broker.metadata;

/** One change of the cluster, from one image to the next. */
public sealed interface ClusterDelta {
    record TopicCreated(TopicImage topic) implements ClusterDelta {}

    record TopicDeleted(String name) implements ClusterDelta {}

    /** Partitions, settings or leaders of a topic are as given from now on. */
    record TopicChanged(TopicImage topic) implements ClusterDelta {}

    record BrokerRegistered(BrokerImage broker) implements ClusterDelta {}

    /** Ids below the given one are taken. */
    record ProducerIdsTaken(long nextProducerId) implements ClusterDelta {}
}
