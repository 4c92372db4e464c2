package org.isthmus.broker.protocol.client;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.isthmus.broker.client.Browsed;
import org.isthmus.broker.client.FetchedRecord;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.client.PartitionTail;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.codec.BrowseAnswer;
import org.isthmus.broker.protocol.codec.BrowseRequest;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.protocol.codec.OwnMessage;
import org.isthmus.broker.protocol.codec.ShareExtensions;
import org.isthmus.broker.protocol.codec.TailRequest;
import org.isthmus.broker.record.RecordBatch;
import org.jspecify.annotations.Nullable;

/** Looks offsets up in partitions, and ends share groups there. Owned by the client's loop. */
final class Offsets {
    private static final long LATEST = -1;
    private static final long EARLIEST = -2;

    private final Cluster cluster;

    Offsets(Cluster cluster) {
        this.cluster = cluster;
    }

    CompletionStage<Map<TopicPartition, Long>> list(Map<TopicPartition, OffsetSpec> wanted, Deadline deadline) {
        var byLeader = new HashMap<Endpoint, Map<TopicPartition, Long>>();
        CompletionStage<Void> located = CompletableFuture.completedStage(null);
        for (var each : wanted.entrySet()) {
            located = located.thenCombine(cluster.leader(each.getKey(), deadline), (nothing, leader) -> {
                byLeader.computeIfAbsent(leader, any -> new HashMap<>()).put(each.getKey(), timestamp(each.getValue()));
                return null;
            });
        }
        var found = new HashMap<TopicPartition, Long>();
        return located.thenCompose(nothing -> {
                    var asking = new ArrayList<CompletableFuture<?>>();
                    byLeader.forEach((leader, timestamps) -> asking.add(
                            listAt(leader, timestamps, deadline, found).toCompletableFuture()));
                    return CompletableFuture.allOf(asking.toArray(CompletableFuture<?>[]::new));
                })
                .thenCompose(nothing -> latestWhereNoneMatched(wanted, found, deadline))
                .whenComplete((offsets, thrown) -> {
                    if (thrown != null && Failures.mayPass(Failures.of(thrown))) {
                        wanted.keySet().forEach(partition -> cluster.forgetTopic(partition.topic()));
                    }
                });
    }

    /** A timestamp behind the newest record is answered by no offset; the specification wants the end then. */
    private CompletionStage<Map<TopicPartition, Long>> latestWhereNoneMatched(
            Map<TopicPartition, OffsetSpec> wanted, Map<TopicPartition, Long> found, Deadline deadline) {
        var unmatched = new HashMap<TopicPartition, OffsetSpec>();
        for (var partition : wanted.keySet()) {
            if (found.getOrDefault(partition, -1L) < 0) {
                unmatched.put(partition, new OffsetSpec.Latest());
            }
        }
        if (unmatched.isEmpty()) {
            return CompletableFuture.completedStage(found);
        }
        if (wanted.values().stream().noneMatch(OffsetSpec.AtTimestamp.class::isInstance)) {
            return CompletableFuture.failedStage(
                    new BrokerException(ErrorCode.OFFSET_NOT_AVAILABLE, "no offsets told for " + unmatched.keySet()));
        }
        return list(unmatched, deadline).thenApply(latest -> {
            found.putAll(latest);
            return found;
        });
    }

    private static long timestamp(OffsetSpec spec) {
        if (spec instanceof OffsetSpec.AtTimestamp at) {
            return at.timestampMs();
        }
        return spec instanceof OffsetSpec.Earliest ? EARLIEST : LATEST;
    }

    private CompletionStage<Void> listAt(
            Endpoint leader, Map<TopicPartition, Long> timestamps, Deadline deadline, Map<TopicPartition, Long> found) {
        var topics = byTopic(
                timestamps.keySet(),
                name -> new ListOffsetsRequestData.ListOffsetsTopic().setName(name),
                (topic, partition) -> topic.partitions()
                        .add(new ListOffsetsRequestData.ListOffsetsPartition()
                                .setPartitionIndex(partition.partition())
                                .setCurrentLeaderEpoch(-1)
                                .setTimestamp(timestamps.getOrDefault(partition, LATEST))));
        var request = new ListOffsetsRequestData()
                .setReplicaId(-1)
                .setIsolationLevel((byte) 1)
                .setTopics(topics);
        return cluster.request(leader, Api.LIST_OFFSETS, request, deadline)
                .thenAccept(answer -> collect(answer, found));
    }

    private static void collect(ListOffsetsResponseData answer, Map<TopicPartition, Long> found) {
        for (var topic : answer.topics()) {
            for (var part : topic.partitions()) {
                var partition = new TopicPartition(topic.name(), part.partitionIndex());
                Failures.checkLeader(partition, part.errorCode(), "offsets of " + partition, null);
                found.put(partition, part.offset());
            }
        }
    }

    /** Its coordinator knows the group, or asks all brokers for what they have of it. */
    CompletionStage<Void> deleteGroup(String group, Deadline deadline) {
        var request = new DeleteGroupsRequestData().setGroupsNames(List.of(group));
        return cluster.coordinator(group, deadline)
                .thenCompose(coordinator -> cluster.request(coordinator, Api.DELETE_GROUPS, request, deadline))
                .thenAccept(answer -> answer.results().forEach(done -> {
                    if (done.errorCode() != ErrorCode.NONE.code()) {
                        cluster.forgetCoordinator(group);
                    }
                    Failures.check(done.errorCode(), "delete group " + group, null);
                }));
    }

    /** Each leader forgets the group in the partitions that it leads; one that does not know it there has nothing to forget. */
    CompletionStage<Void> deleteShareGroup(String group, Set<TopicPartition> partitions, Deadline deadline) {
        CompletionStage<Map<Endpoint, Set<TopicPartition>>> located = CompletableFuture.completedStage(new HashMap<>());
        for (var partition : partitions) {
            located = located.thenCombine(cluster.leader(partition, deadline), (byLeader, leader) -> {
                byLeader.computeIfAbsent(leader, any -> new HashSet<>()).add(partition);
                return byLeader;
            });
        }
        return located.thenCompose(byLeader -> {
            var asking = new ArrayList<CompletableFuture<?>>();
            byLeader.forEach((leader, led) ->
                    asking.add(deleteShareGroupAt(leader, group, led, deadline).toCompletableFuture()));
            return CompletableFuture.allOf(asking.toArray(CompletableFuture<?>[]::new))
                    .whenComplete((nothing, thrown) -> {
                        if (thrown != null) {
                            partitions.forEach(partition -> cluster.forgetTopic(partition.topic()));
                        }
                    });
        });
    }

    private CompletionStage<Void> deleteShareGroupAt(
            Endpoint leader, String group, Set<TopicPartition> partitions, Deadline deadline) {
        var topics = partitions.stream().map(TopicPartition::topic).collect(Collectors.toSet());
        return cluster.request(leader, Api.DELETE_SHARE_GROUP_OFFSETS, forgetting(group, topics), deadline)
                .thenAccept(answer -> checkForgotten(group, answer));
    }

    /** To be told to one broker, of what it leads. */
    static DeleteShareGroupOffsetsRequestData forgetting(String group, Set<String> topics) {
        var request = new DeleteShareGroupOffsetsRequestData()
                .setGroupId(group)
                .setTopics(topics.stream()
                        .map(name -> new DeleteShareGroupOffsetsRequestData.DeleteShareGroupOffsetsRequestTopic()
                                .setTopicName(name))
                        .toList());
        request.unknownTaggedFields().add(ShareExtensions.hereOnly());
        return request;
    }

    static void checkForgotten(String group, DeleteShareGroupOffsetsResponseData answer) {
        Failures.check(answer.errorCode(), "delete share group " + group, answer.errorMessage());
        for (var topic : answer.responses()) {
            Failures.check(
                    topic.errorCode(),
                    "delete share group " + group + " of topic " + topic.topicName(),
                    topic.errorMessage());
        }
    }

    /** What each partition has that was sent before now. */
    CompletionStage<Map<TopicPartition, PartitionTail>> tails(Set<TopicPartition> partitions, Deadline deadline) {
        var tails = new HashMap<TopicPartition, PartitionTail>();
        var asking = new ArrayList<CompletableFuture<?>>();
        for (var partition : partitions) {
            asking.add(tail(partition, deadline)
                    .thenAccept(tail -> tails.put(partition, tail))
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(asking.toArray(CompletableFuture<?>[]::new))
                .thenApply(nothing -> tails);
    }

    private CompletionStage<PartitionTail> tail(TopicPartition partition, Deadline deadline) {
        Function<UUID, OwnMessage> question =
                topic -> OwnApi.TAIL.request(new TailRequest(topic, partition.partition()));
        return askLeader(partition, Api.TAIL, question, deadline)
                .thenApply(OwnApi.TAIL.answer())
                .thenApply(answer -> {
                    check(partition, answer.error(), "tail of " + partition, answer.message());
                    return new PartitionTail(
                            answer.end(),
                            answer.undecided().stream()
                                    .map(range -> new PartitionTail.Range(range.first(), range.last()))
                                    .toList(),
                            answer.waited());
                });
    }

    /** @param question by the topic's id */
    private CompletionStage<OwnMessage> askLeader(
            TopicPartition partition, Api<OwnMessage> api, Function<UUID, OwnMessage> question, Deadline deadline) {
        return cluster.topic(partition.topic(), deadline).thenCompose(topic -> {
            var request = question.apply(topic.info().id());
            return cluster.leader(partition, deadline)
                    .thenCompose(leader -> cluster.request(leader, api, request, deadline))
                    .whenComplete((answer, thrown) -> {
                        // One that does not answer may lead no more, so whoever tries again asks who does.
                        if (thrown != null) {
                            cluster.forgetTopic(partition.topic());
                        }
                    });
        });
    }

    private void check(TopicPartition partition, short error, String what, @Nullable String reason) {
        if (error != ErrorCode.NONE.code()) {
            cluster.forgetTopic(partition.topic());
        }
        Failures.checkLeader(partition, error, what, reason);
    }

    /** What a share group has left in the first part of a stretch. */
    CompletionStage<Browsed> browse(
            String group, TopicPartition partition, long from, long to, Optional<String> selector, Deadline deadline) {
        Function<UUID, OwnMessage> question = topic -> OwnApi.BROWSE.request(
                new BrowseRequest(group, topic, partition.partition(), from, to, selector.orElse(null)));
        return askLeader(partition, Api.BROWSE, question, deadline)
                .thenApply(OwnApi.BROWSE.answer())
                .thenApply(answer -> {
                    check(partition, answer.error(), "browse " + partition, answer.message());
                    return new Browsed(answer.next(), found(partition, answer));
                });
    }

    /** Batches come whole; only what is named as found is there. Both are in the order of their offsets. */
    private static List<FetchedRecord> found(TopicPartition partition, BrowseAnswer answer) {
        var records = new ArrayList<FetchedRecord>();
        var ranges = answer.found().iterator();
        var range = ranges.hasNext() ? ranges.next() : null;
        for (var batch : RecordBatch.in(ByteBuffer.wrap(answer.batches()))) {
            if (batch.isControl()) {
                continue;
            }
            for (var record : batch.records()) {
                while (range != null && record.offset() > range.last()) {
                    range = ranges.hasNext() ? ranges.next() : null;
                }
                if (range == null) {
                    return records;
                }
                if (record.offset() >= range.first()) {
                    records.add(new FetchedRecord(partition, record));
                }
            }
        }
        return records;
    }

    interface Adder<T> {
        void add(T topic, TopicPartition partition);
    }

    static <T> List<T> byTopic(Collection<TopicPartition> partitions, Function<String, T> newTopic, Adder<T> adder) {
        var topics = new HashMap<String, T>();
        for (var partition : partitions) {
            adder.add(topics.computeIfAbsent(partition.topic(), newTopic), partition);
        }
        return new ArrayList<>(topics.values());
    }
}
