package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponsePartition;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseTopic;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.share.OffsetRange;
import org.isthmus.broker.coordinator.share.ShareProgress;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.network.Endpoint;
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
                        .map(group -> hereOnly ? describe(group) : describeEverywhere(group))
                        .toList())
                .thenApply(described -> new DescribeShareGroupOffsetsResponseData().setGroups(described));
    }

    private CompletionStage<DescribeShareGroupOffsetsResponseGroup> describeEverywhere(
            DescribeShareGroupOffsetsRequestGroup asked) {
        var here = new DescribeShareGroupOffsetsRequestGroup().setGroupId(asked.groupId());
        var elsewhere = new HashMap<Endpoint, DescribeShareGroupOffsetsRequestGroup>();
        if (asked.topics() == null) {
            here.setTopics(null);
            others.all()
                    .forEach(broker -> elsewhere.put(
                            broker,
                            new DescribeShareGroupOffsetsRequestGroup()
                                    .setGroupId(asked.groupId())
                                    .setTopics(null)));
        } else {
            for (var partition : partitions(asked)) {
                add(
                        partition,
                        others.leading(partition)
                                .map(leader -> elsewhere.computeIfAbsent(
                                        leader,
                                        any -> new DescribeShareGroupOffsetsRequestGroup().setGroupId(asked.groupId())))
                                .orElse(here));
            }
        }
        var answers = new ArrayList<CompletionStage<DescribeShareGroupOffsetsResponseGroup>>();
        answers.add(describe(here));
        elsewhere.forEach((broker, group) -> answers.add(others.peers()
                .describe(broker, new DescribeShareGroupOffsetsRequestData().setGroups(List.of(group)))
                .thenApply(answer -> answer.groups().get(0))
                .exceptionally(failure -> refused(asked.groupId(), failure))));
        return Stages.all(answers).thenApply(DescribeShareGroupOffsetsHandler::joined);
    }

    private static void add(TopicPartition partition, DescribeShareGroupOffsetsRequestGroup group) {
        group.topics().stream()
                .filter(topic -> topic.topicName().equals(partition.topic()))
                .findFirst()
                .orElseGet(() -> {
                    var topic = new DescribeShareGroupOffsetsRequestTopic().setTopicName(partition.topic());
                    group.topics().add(topic);
                    return topic;
                })
                .partitions()
                .add(partition.partition());
    }

    /** Whole or not at all: whoever is not told of a partition takes it for one that the group has not used. */
    private static DescribeShareGroupOffsetsResponseGroup joined(List<DescribeShareGroupOffsetsResponseGroup> parts) {
        var topics = new TreeMap<String, DescribeShareGroupOffsetsResponseTopic>();
        for (var part : parts) {
            if (part.errorCode() != ErrorCode.NONE.code()) {
                return part;
            }
            for (var topic : part.topics()) {
                var known = topics.putIfAbsent(topic.topicName(), topic);
                if (known != null) {
                    known.partitions().addAll(topic.partitions());
                }
            }
        }
        return parts.get(0).setTopics(List.copyOf(topics.values()));
    }

    private static DescribeShareGroupOffsetsResponseGroup refused(String group, Throwable failure) {
        return new DescribeShareGroupOffsetsResponseGroup()
                .setGroupId(group)
                .setErrorCode(CoordinatorErrors.codeOf(failure))
                .setErrorMessage(Refusal.of(failure).message());
    }

    private CompletionStage<DescribeShareGroupOffsetsResponseGroup> describe(
            DescribeShareGroupOffsetsRequestGroup asked) {
        var group = asked.groupId();
        var described = asked.topics() == null
                ? groups.progress(group).thenApply(found -> describe(group, found.keySet(), found))
                : asked(group, partitions(asked));
        return described.exceptionally(failure -> refused(group, failure));
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
