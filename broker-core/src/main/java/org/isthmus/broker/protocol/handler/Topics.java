package org.isthmus.broker.protocol.handler;

import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.coordinator.ShardedCoordinator;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.replica.Partition;
import org.isthmus.broker.replica.Partitions;

/** What requests name, found: topics by name or id, and the partitions that this broker leads. Safe for use by many threads. */
public record Topics(MetadataStore metadata, Partitions partitions) {
    ClusterImage image() {
        return metadata.image();
    }

    /** The name that a request means which names topics, or from some version on identifies them. */
    Optional<String> name(String name, Uuid id) {
        return id.equals(Uuid.ZERO_UUID)
                ? Optional.of(name)
                : topic(TopicIds.of(id)).map(TopicImage::name);
    }

    /** The name of the topic that a request identifies. Fails with the protocol's error where there is none. */
    String name(UUID id) {
        return name("", TopicIds.wire(id))
                .orElseThrow(() -> new BrokerException(ErrorCode.UNKNOWN_TOPIC_ID, "there is no topic " + id));
    }

    /** The topic of the metadata, or the temporary one. */
    Optional<TopicImage> topic(UUID id) {
        return image().topic(id).or(() -> partitions.temporary().topic(id));
    }

    /** Whether the metadata has the partition, or it is a temporary one of this broker. */
    boolean exists(TopicPartition partition) {
        return image().partition(partition).isPresent()
                || partitions.partition(partition).isPresent();
    }

    /** The partition, led here. Fails with the protocol's error where it is not there, led elsewhere, or its disk failed. */
    Partition led(String topic, int index) {
        var partition =
                index < 0 ? Optional.<Partition>empty() : partitions.partition(new TopicPartition(topic, index));
        if (partition.isEmpty()) {
            throw missing(topic, index);
        }
        partition.get().leadership();
        return partition.get();
    }

    /** As {@link #led(String, int)}, for who wants to write there: not to the coordinators' topics, which are their state. */
    Partition writable(String topic, int index) {
        if (TopicImage.isInternal(topic)) {
            throw new BrokerException(ErrorCode.INVALID_TOPIC_EXCEPTION, "nobody writes to internal topic " + topic);
        }
        return led(topic, index);
    }

    /** As {@link #led(String, int)}, for a client that says which reign it believes in; −1 says nothing. */
    Partition led(String topic, int index, int believedEpoch) {
        var partition = led(topic, index);
        var epoch = partition.leadership();
        if (believedEpoch >= 0 && believedEpoch != epoch.value()) {
            var error = believedEpoch < epoch.value() ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH;
            throw new BrokerException(
                    error,
                    "partition " + partition.id() + " is led in epoch " + epoch + ", not " + new Epoch(believedEpoch));
        }
        return partition;
    }

    /** Fails with {@code NOT_COORDINATOR} where the group's shard is led elsewhere, or there is none yet. */
    void coordinates(String group) {
        var shards = image().topic(InternalTopics.CONSUMER_OFFSETS)
                .map(topic -> topic.partitions().size())
                .orElse(0);
        if (shards > 0) {
            try {
                led(InternalTopics.CONSUMER_OFFSETS, ShardedCoordinator.partitionOf(group, shards));
                return;
            } catch (BrokerException notLedHere) {
                // Told below, in the words for a coordinator.
            }
        }
        throw new BrokerException(ErrorCode.NOT_COORDINATOR, "group " + group + " is not coordinated here");
    }

    private BrokerException missing(String topic, int index) {
        var known = index >= 0
                && image().partition(new TopicPartition(topic, index)).isPresent();
        return known
                ? new BrokerException(
                        ErrorCode.NOT_LEADER_OR_FOLLOWER, "partition " + topic + "-" + index + " is not held here")
                : new BrokerException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no partition " + topic + "-" + index);
    }
}
