package org.isthmus.broker.protocol.handler;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.group.OffsetCommit;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.TopicImage;
import org.jspecify.annotations.Nullable;

/**
 * A topic whose offsets a request commits, within a transaction or not.
 *
 * @param image empty where there is no such topic
 * @param unknown what partitions that are not there are answered
 */
record CommittedTopic(Optional<TopicImage> image, ErrorCode unknown) {
    static CommittedTopic of(ClusterImage cluster, boolean byId, Uuid id, String name) {
        var image = byId ? cluster.topic(TopicIds.of(id)) : cluster.topic(name);
        return new CommittedTopic(
                image, image.isEmpty() && byId ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }

    /** Empty where there is no such partition. */
    Optional<OffsetCommit> commit(
            int partition, long offset, int leaderEpoch, @Nullable String metadata, long retentionMs) {
        return image.filter(topic -> exists(topic, partition))
                .map(topic -> new OffsetCommit(
                        new TopicPartition(topic.name(), partition),
                        topic.id(),
                        offset,
                        leaderEpoch,
                        metadata == null ? "" : metadata,
                        retentionMs));
    }

    ErrorCode outcome(int partition, Map<TopicPartition, ErrorCode> outcomes) {
        return image.filter(topic -> exists(topic, partition))
                .map(topic -> outcomes.get(new TopicPartition(topic.name(), partition)))
                .orElse(unknown);
    }

    private static boolean exists(TopicImage topic, int partition) {
        return partition >= 0 && partition < topic.partitions().size();
    }

    /** One answer for all of them. */
    static Map<TopicPartition, ErrorCode> all(List<OffsetCommit> commits, ErrorCode error) {
        var outcomes = new HashMap<TopicPartition, ErrorCode>();
        commits.forEach(commit -> outcomes.put(commit.partition(), error));
        return outcomes;
    }
}
