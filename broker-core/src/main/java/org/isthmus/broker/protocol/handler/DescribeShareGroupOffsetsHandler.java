package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
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
import org.isthmus.broker.client.ShareStanding;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.share.OffsetRange;
import org.isthmus.broker.coordinator.share.ShareProgress;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.protocol.codec.ShareExtensions;
import org.jspecify.annotations.Nullable;

/** DescribeShareGroupOffsets: where share groups stand, and how much each has left. Who leads a partition says it of that. */
public final class DescribeShareGroupOffsetsHandler
        implements ApiHandler<DescribeShareGroupOffsetsRequestData, DescribeShareGroupOffsetsResponseData> {
    private static final long UNKNOWN = -1;

    private final Topics topics;
    private final ShareGroups groups;
    private final OtherBrokers others;

    public DescribeShareGroupOffsetsHandler(Topics topics, ShareGroups groups, OtherBrokers others) {
        this.topics = topics;
        this.groups = groups;
        this.others = others;
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
        var hereOnly = ShareExtensions.isHereOnly(request.unknownTaggedFields());
        return Stages.all(request.groups().stream()
                        .map(group -> describe(group, hereOnly))
                        .toList())
                .thenApply(described -> new DescribeShareGroupOffsetsResponseData().setGroups(described));
    }

    private CompletionStage<DescribeShareGroupOffsetsResponseGroup> describe(
            DescribeShareGroupOffsetsRequestGroup asked, boolean hereOnly) {
        var group = asked.groupId();
        var partitions = asked.topics() == null ? null : partitions(asked);
        var parts = new ArrayList<CompletionStage<List<ShareStanding>>>();
        if (hereOnly) {
            parts.add(standingHere(group, partitions));
        } else if (partitions == null) {
            parts.add(standingHere(group, null));
            others.all().forEach(broker -> parts.add(others.standing(broker, group, null)));
        } else {
            var byLeader = partitions.stream().collect(Collectors.groupingBy(others::leading));
            byLeader.forEach((leader, led) -> parts.add(leader.map(broker -> others.standing(broker, group, led))
                    .orElseGet(() -> standingHere(group, led))));
        }
        // Whole or not at all: whoever is not told of a partition takes it for one that the group has not used.
        return Stages.all(parts)
                .thenApply(all -> answer(group, all))
                .exceptionally(failure -> new DescribeShareGroupOffsetsResponseGroup()
                        .setGroupId(group)
                        .setErrorCode(CoordinatorErrors.codeOf(failure))
                        .setErrorMessage(Refusal.of(failure).message()));
    }

    private static List<TopicPartition> partitions(DescribeShareGroupOffsetsRequestGroup asked) {
        return asked.topics().stream()
                .flatMap(
                        topic -> topic.partitions().stream().map(index -> new TopicPartition(topic.topicName(), index)))
                .toList();
    }

    private CompletionStage<List<ShareStanding>> standingHere(String group, @Nullable List<TopicPartition> partitions) {
        return partitions == null
                ? groups.progress(group).thenApply(found -> standing(found.keySet(), found))
                : groups.progress(group, partitions).thenApply(found -> standing(partitions, found));
    }

    private List<ShareStanding> standing(
            Collection<TopicPartition> partitions, Map<TopicPartition, ShareProgress> found) {
        return partitions.stream()
                .map(partition -> {
                    var progress = found.get(partition);
                    return progress == null
                            ? new ShareStanding(partition, UNKNOWN, UNKNOWN)
                            : new ShareStanding(partition, progress.startOffset(), lag(partition, progress));
                })
                .toList();
    }

    private long lag(TopicPartition partition, ShareProgress progress) {
        var done = progress.done().stream().mapToLong(OffsetRange::size).sum();
        return topics.partitions()
                .partition(partition)
                .flatMap(led -> led.view().map(LogView::highWatermark))
                .map(end -> Math.max(0, end - progress.startOffset() - done))
                .orElse(UNKNOWN);
    }

    private DescribeShareGroupOffsetsResponseGroup answer(String group, List<List<ShareStanding>> parts) {
        var answer = new DescribeShareGroupOffsetsResponseGroup().setGroupId(group);
        var byTopic = parts.stream()
                .flatMap(List::stream)
                .collect(Collectors.groupingBy(
                        standing -> standing.partition().topic(), TreeMap::new, Collectors.toList()));
        byTopic.forEach((name, standings) -> answer.topics()
                .add(new DescribeShareGroupOffsetsResponseTopic()
                        .setTopicName(name)
                        .setTopicId(TopicIds.wire(
                                topics.image().topic(name).map(TopicImage::id).orElse(TopicIds.NONE)))
                        .setPartitions(standings.stream()
                                .map(standing -> new DescribeShareGroupOffsetsResponsePartition()
                                        .setPartitionIndex(standing.partition().partition())
                                        .setStartOffset(standing.start())
                                        .setLag(standing.left()))
                                .toList())));
        return answer;
    }
}
