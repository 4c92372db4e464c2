package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponsePartition;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseTopic;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.share.OffsetRange;
import org.isthmus.broker.coordinator.share.ShareProgress;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.metadata.TopicImage;
import org.jspecify.annotations.Nullable;

/** DescribeShareGroupOffsets: where share groups stand in the partitions that are led here, and how much each has left. */
public final class DescribeShareGroupOffsetsHandler
        implements ApiHandler<DescribeShareGroupOffsetsRequestData, DescribeShareGroupOffsetsResponseData> {
    private static final long UNKNOWN = -1;

    private final Topics topics;
    private final ShareGroups groups;

    public DescribeShareGroupOffsetsHandler(Topics topics, ShareGroups groups) {
        this.topics = topics;
        this.groups = groups;
    }

    @Override
    public short apiKey() {
        return 90;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 1;
    }

    @Override
    public CompletionStage<DescribeShareGroupOffsetsResponseData> handle(
            RequestContext context, DescribeShareGroupOffsetsRequestData request) {
        return Stages.all(request.groups().stream().map(this::describe).toList())
                .thenApply(described -> new DescribeShareGroupOffsetsResponseData().setGroups(described));
    }

    private CompletionStage<DescribeShareGroupOffsetsResponseGroup> describe(
            DescribeShareGroupOffsetsRequestGroup asked) {
        var group = asked.groupId();
        var described = asked.topics() == null
                ? groups.progress(group).thenApply(found -> describe(group, found.keySet(), found))
                : asked(group, partitions(asked));
        return described.exceptionally(failure -> new DescribeShareGroupOffsetsResponseGroup()
                .setGroupId(group)
                .setErrorCode(CoordinatorErrors.codeOf(failure))
                .setErrorMessage(Refusal.of(failure).message()));
    }

    private CompletionStage<DescribeShareGroupOffsetsResponseGroup> asked(
            String group, Collection<TopicPartition> partitions) {
        return groups.progress(group, partitions).thenApply(found -> describe(group, partitions, found));
    }

    private static Collection<TopicPartition> partitions(DescribeShareGroupOffsetsRequestGroup asked) {
        return asked.topics().stream()
                .flatMap(
                        topic -> topic.partitions().stream().map(index -> new TopicPartition(topic.topicName(), index)))
                .toList();
    }

    private DescribeShareGroupOffsetsResponseGroup describe(
            String group, Collection<TopicPartition> partitions, Map<TopicPartition, ShareProgress> found) {
        var answer = new DescribeShareGroupOffsetsResponseGroup().setGroupId(group);
        var byTopic = partitions.stream()
                .collect(Collectors.groupingBy(TopicPartition::topic, TreeMap::new, Collectors.toList()));
        byTopic.forEach((name, wanted) -> {
            var described = new ArrayList<DescribeShareGroupOffsetsResponsePartition>();
            wanted.forEach(partition -> described.add(describe(partition, found.get(partition))));
            answer.topics()
                    .add(new DescribeShareGroupOffsetsResponseTopic()
                            .setTopicName(name)
                            .setTopicId(TopicIds.wire(topics.image()
                                    .topic(name)
                                    .map(TopicImage::id)
                                    .orElse(TopicIds.NONE)))
                            .setPartitions(described));
        });
        return answer;
    }

    private DescribeShareGroupOffsetsResponsePartition describe(
            TopicPartition partition, @Nullable ShareProgress progress) {
        return new DescribeShareGroupOffsetsResponsePartition()
                .setPartitionIndex(partition.partition())
                .setStartOffset(progress == null ? UNKNOWN : progress.startOffset())
                .setLag(progress == null ? UNKNOWN : lag(partition, progress));
    }

    private long lag(TopicPartition partition, ShareProgress progress) {
        var done = progress.done().stream().mapToLong(OffsetRange::size).sum();
        return topics.partitions()
                .partition(partition)
                .flatMap(led -> led.view().map(LogView::highWatermark))
                .map(end -> Math.max(0, end - progress.startOffset() - done))
                .orElse(UNKNOWN);
    }
}
