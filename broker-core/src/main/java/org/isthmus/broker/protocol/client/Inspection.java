package org.isthmus.broker.protocol.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.protocol.ApiMessage;
import org.isthmus.broker.client.ClusterView;
import org.isthmus.broker.client.GroupView;
import org.isthmus.broker.client.ShareStanding;
import org.isthmus.broker.client.TransactionView;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.protocol.codec.ShareExtensions;

/** What an operator wants to know of a cluster. Of what each broker knows a part, all of them are asked. Owned by the client's loop. */
record Inspection(Cluster cluster) {
    CompletionStage<ClusterView> view(Deadline deadline) {
        var all = new MetadataRequestData().setTopics(null).setAllowAutoTopicCreation(false);
        return cluster.requestAny(Api.METADATA, all, deadline).thenApply(Inspection::view);
    }

    private static ClusterView view(MetadataResponseData answer) {
        var brokers = answer.brokers().stream()
                .map(broker -> new ClusterView.Broker(
                        new BrokerId(broker.nodeId()),
                        broker.host(),
                        broker.port(),
                        broker.rack() == null ? "" : broker.rack()))
                .toList();
        var topics = answer.topics().stream().map(Inspection::topic).toList();
        return new ClusterView(answer.clusterId(), new BrokerId(answer.controllerId()), brokers, topics);
    }

    private static ClusterView.Topic topic(MetadataResponseTopic topic) {
        return new ClusterView.Topic(
                topic.name(),
                topic.isInternal(),
                topic.partitions().stream().map(Inspection::partition).toList());
    }

    private static ClusterView.Partition partition(MetadataResponsePartition partition) {
        return new ClusterView.Partition(
                new BrokerId(partition.leaderId()),
                partition.leaderEpoch(),
                ids(partition.replicaNodes()),
                ids(partition.isrNodes()),
                ids(partition.offlineReplicas()));
    }

    private static List<BrokerId> ids(List<Integer> numbers) {
        return numbers.stream().map(BrokerId::new).toList();
    }

    CompletionStage<List<GroupView>> groups(Deadline deadline) {
        return ofEach(Api.LIST_GROUPS, new ListGroupsRequestData(), deadline, (broker, answer) -> {
            Failures.check(answer.errorCode(), "groups of broker " + broker, null);
            return answer.groups().stream()
                    .map(group -> new GroupView(group.groupId(), group.groupType(), group.groupState(), broker))
                    .toList();
        });
    }

    /** Each broker tells of the partitions that it leads. */
    CompletionStage<List<ShareStanding>> standing(String group, Deadline deadline) {
        var request = new DescribeShareGroupOffsetsRequestData()
                .setGroups(List.of(new DescribeShareGroupOffsetsRequestGroup()
                        .setGroupId(group)
                        .setTopics(null)));
        request.unknownTaggedFields().add(ShareExtensions.hereOnly());
        return ofEach(
                Api.DESCRIBE_SHARE_GROUP_OFFSETS,
                request,
                deadline,
                (broker, answer) -> standing(group, broker, answer));
    }

    static List<ShareStanding> standing(String group, Object broker, DescribeShareGroupOffsetsResponseData answer) {
        var standing = new ArrayList<ShareStanding>();
        for (var found : answer.groups()) {
            Failures.check(
                    found.errorCode(), "offsets of share group " + group + " at " + broker, found.errorMessage());
            found.topics().forEach(topic -> topic.partitions()
                    .forEach(partition -> standing.add(new ShareStanding(
                            new TopicPartition(topic.topicName(), partition.partitionIndex()),
                            partition.startOffset(),
                            partition.lag()))));
        }
        return standing;
    }

    CompletionStage<List<TransactionView>> transactions(Deadline deadline) {
        return ofEach(Api.LIST_TRANSACTIONS, new ListTransactionsRequestData(), deadline, (broker, answer) -> {
            Failures.check(answer.errorCode(), "transactions of broker " + broker, null);
            return answer.transactionStates().stream()
                    .map(found -> new TransactionView(
                            found.transactionalId(), found.producerId(), found.transactionState(), broker))
                    .toList();
        });
    }

    /** All or nothing: an answer without a broker that is alive would look whole. */
    private <A extends ApiMessage, T> CompletionStage<List<T>> ofEach(
            Api<A> api, ApiMessage request, Deadline deadline, BiFunction<BrokerId, A, List<T>> read) {
        return view(deadline).thenCompose(view -> {
            CompletionStage<List<T>> all = CompletableFuture.completedStage(new ArrayList<>());
            for (var broker : view.brokers()) {
                var asked = cluster.request(cluster.at(broker.host(), broker.port()), api, request, deadline);
                all = all.thenCombine(asked, (found, answer) -> {
                    found.addAll(read.apply(broker.id(), answer));
                    return found;
                });
            }
            return all;
        });
    }

    CompletionStage<Map<TopicPartition, Long>> committed(String group, Deadline deadline) {
        var request = new OffsetFetchRequestData()
                .setGroups(
                        List.of(new OffsetFetchRequestGroup().setGroupId(group).setTopics(null)));
        return cluster.coordinator(group, deadline)
                .thenCompose(coordinator -> cluster.request(coordinator, Api.OFFSET_FETCH, request, deadline))
                .thenApply(answer -> {
                    var committed = new HashMap<TopicPartition, Long>();
                    for (var found : answer.groups()) {
                        if (found.errorCode() != 0) {
                            cluster.forgetCoordinator(group);
                        }
                        Failures.check(found.errorCode(), "offsets of group " + group, null);
                        found.topics().forEach(topic -> topic.partitions().stream()
                                .filter(partition -> partition.committedOffset() >= 0)
                                .forEach(partition -> committed.put(
                                        new TopicPartition(topic.name(), partition.partitionIndex()),
                                        partition.committedOffset())));
                    }
                    return committed;
                });
    }
}
