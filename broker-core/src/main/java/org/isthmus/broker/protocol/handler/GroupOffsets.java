package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.IntFunction;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.group.Caller;
import org.isthmus.broker.coordinator.group.CommittedOffset;
import org.isthmus.broker.coordinator.group.FetchedOffsets;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.TopicImage;
import org.jspecify.annotations.Nullable;

/**
 * Answers one group of an OffsetFetch. An offset counts only for the topic for which it was committed: one that was deleted and created
 * anew under the same name begins without any.
 */
final class GroupOffsets {
    private static final long NO_OFFSET = -1;

    private final GroupCoordinator groups;
    private final MetadataStore metadata;

    GroupOffsets(GroupCoordinator groups, MetadataStore metadata) {
        this.groups = groups;
        this.metadata = metadata;
    }

    CompletionStage<OffsetFetchResponseGroup> of(OffsetFetchRequestGroup group, boolean byId, boolean requireStable) {
        var image = metadata.image();
        var topics = group.topics();
        var wanted = topics == null ? null : partitions(image, byId, topics);
        var memberId = group.memberId() == null ? "" : group.memberId();
        return groups.fetch(new Caller(group.groupId(), memberId, null, group.memberEpoch()), wanted)
                .thenApply(fetched -> fetched.error() == ErrorCode.NONE
                        ? answer(image, byId, topics, fetched, requireStable)
                        : refused(topics, fetched.error()))
                .exceptionally(failure -> refused(topics, CoordinatorErrors.errorOf(failure)))
                .thenApply(answer -> answer.setGroupId(group.groupId()));
    }

    private static OffsetFetchResponseGroup answer(
            ClusterImage image,
            boolean byId,
            @Nullable List<OffsetFetchRequestTopics> topics,
            FetchedOffsets fetched,
            boolean requireStable) {
        var offsets = current(image, fetched.offsets());
        var answered = topics == null ? all(offsets) : some(image, byId, topics, offsets);
        if (requireStable) {
            answered.forEach(topic -> markUnstable(image, byId, topic, fetched));
        }
        return new OffsetFetchResponseGroup().setTopics(answered);
    }

    /** Whoever wants to go on where a transaction may have ended has to wait until it has. */
    private static void markUnstable(
            ClusterImage image, boolean byId, OffsetFetchResponseTopics topic, FetchedOffsets fetched) {
        var name = byId
                ? image.topic(TopicIds.of(topic.topicId()))
                        .map(TopicImage::name)
                        .orElse("")
                : topic.name();
        for (var partition : topic.partitions()) {
            var index = partition.partitionIndex();
            if (index >= 0 && fetched.unstable().contains(new TopicPartition(name, index))) {
                partition
                        .setErrorCode(ErrorCode.UNSTABLE_OFFSET_COMMIT.code())
                        .setCommittedOffset(NO_OFFSET)
                        .setCommittedLeaderEpoch(-1)
                        .setMetadata("");
            }
        }
    }

    private static List<TopicPartition> partitions(
            ClusterImage image, boolean byId, List<OffsetFetchRequestTopics> topics) {
        var partitions = new ArrayList<TopicPartition>();
        for (var topic : topics) {
            find(image, byId, topic).ifPresent(found -> topic.partitionIndexes().stream()
                    .filter(index -> index >= 0)
                    .forEach(index -> partitions.add(new TopicPartition(found.name(), index))));
        }
        return partitions;
    }

    private static Optional<TopicImage> find(ClusterImage image, boolean byId, OffsetFetchRequestTopics topic) {
        return byId ? image.topic(TopicIds.of(topic.topicId())) : image.topic(topic.name());
    }

    private static Map<TopicPartition, CommittedOffset> current(
            ClusterImage image, Map<TopicPartition, CommittedOffset> offsets) {
        var current = new HashMap<>(offsets);
        current.entrySet().removeIf(entry -> image.topic(entry.getKey().topic())
                .filter(topic -> topic.id().equals(entry.getValue().topicId()))
                .isEmpty());
        return current;
    }

    private static List<OffsetFetchResponseTopics> all(Map<TopicPartition, CommittedOffset> offsets) {
        var topics = new TreeMap<String, OffsetFetchResponseTopics>();
        offsets.forEach(
                (partition, offset) -> topics.computeIfAbsent(partition.topic(), name -> new OffsetFetchResponseTopics()
                                .setName(name)
                                .setTopicId(TopicIds.wire(offset.topicId())))
                        .partitions()
                        .add(present(partition.partition(), offset)));
        return List.copyOf(topics.values());
    }

    private static List<OffsetFetchResponseTopics> some(
            ClusterImage image,
            boolean byId,
            List<OffsetFetchRequestTopics> topics,
            Map<TopicPartition, CommittedOffset> offsets) {
        return topics.stream()
                .map(topic -> {
                    var found = find(image, byId, topic);
                    var without = found.isEmpty() && byId ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.NONE;
                    return answered(topic, index -> found.filter(known -> index >= 0)
                            .map(known -> offsets.get(new TopicPartition(known.name(), index)))
                            .map(offset -> present(index, offset))
                            .orElseGet(() -> absent(index, without)));
                })
                .toList();
    }

    private static OffsetFetchResponseGroup refused(@Nullable List<OffsetFetchRequestTopics> topics, ErrorCode error) {
        var refused = topics == null
                ? List.<OffsetFetchResponseTopics>of()
                : topics.stream()
                        .map(topic -> answered(topic, index -> absent(index, error)))
                        .toList();
        return new OffsetFetchResponseGroup().setErrorCode(error.code()).setTopics(refused);
    }

    private static OffsetFetchResponseTopics answered(
            OffsetFetchRequestTopics topic, IntFunction<OffsetFetchResponsePartitions> answer) {
        return new OffsetFetchResponseTopics()
                .setName(topic.name())
                .setTopicId(topic.topicId())
                .setPartitions(
                        topic.partitionIndexes().stream().map(answer::apply).toList());
    }

    private static OffsetFetchResponsePartitions present(int index, CommittedOffset offset) {
        return new OffsetFetchResponsePartitions()
                .setPartitionIndex(index)
                .setCommittedOffset(offset.offset())
                .setCommittedLeaderEpoch(offset.leaderEpoch())
                .setMetadata(offset.metadata());
    }

    private static OffsetFetchResponsePartitions absent(int index, ErrorCode error) {
        return new OffsetFetchResponsePartitions()
                .setPartitionIndex(index)
                .setCommittedOffset(NO_OFFSET)
                .setCommittedLeaderEpoch(-1)
                .setMetadata("")
                .setErrorCode(error.code());
    }
}
