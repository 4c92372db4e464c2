package org.isthmus.broker.metadata;

import java.util.Map;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.TopicPartition;

/** One change of the cluster, from one image to the next. */
public sealed interface ClusterDelta {
    record TopicCreated(TopicImage topic) implements ClusterDelta {}

    record TopicDeleted(String name) implements ClusterDelta {}

    /** The settings of a topic are as given from now on, and partitions may have been added; those that were there stay as they are. */
    record TopicChanged(TopicImage topic) implements ClusterDelta {}

    /** Leader, replicas or those in sync of one partition are as given from now on; its epoch becomes the one after the present. */
    record PartitionChanged(TopicPartition partition, PartitionImage image) implements ClusterDelta {}

    /** A broker lives, or lives under another address. Only the broker itself says so; its epoch is given by the store. */
    record BrokerRegistered(BrokerImage broker) implements ClusterDelta {}

    /** A broker lives no longer: it said so itself, or its session is over. */
    record BrokerGone(BrokerId broker) implements ClusterDelta {}

    /** A broker begins its reign as controller, under the next epoch. */
    record ControllerElected(BrokerId controller) implements ClusterDelta {}

    /** Changes nothing, and makes what it comes with fail with {@code STALE_CONTROLLER_EPOCH} where another reign has begun. */
    record UnderController(int controllerEpoch) implements ClusterDelta {}

    /** Ids below the given one are taken. */
    record ProducerIdsTaken(long nextProducerId) implements ClusterDelta {}

    /** What was set for a broker, or under {@link BrokerConfigs#ALL} for all of them, is this from now on. */
    record BrokerConfigured(String broker, Map<String, String> configs) implements ClusterDelta {
        public BrokerConfigured {
            configs = Map.copyOf(configs);
        }
    }

    /** The settings of a group are these from now on; none of its own where the map is empty. */
    record GroupConfigured(String group, Map<String, String> configs) implements ClusterDelta {
        public GroupConfigured {
            configs = Map.copyOf(configs);
        }
    }
}
