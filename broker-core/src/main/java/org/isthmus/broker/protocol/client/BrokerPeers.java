package org.isthmus.broker.protocol.client;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestPartition;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.ShareStanding;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.transaction.Marker;
import org.isthmus.broker.coordinator.transaction.Outcome;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.network.Transport;
import org.isthmus.broker.protocol.codec.ShareExtensions;
import org.isthmus.broker.protocol.codec.TransactionExtensions;
import org.jspecify.annotations.Nullable;

/**
 * What a broker asks of the others of its cluster. Safe for use by many threads.
 *
 * <p>Stages fail where a broker cannot be reached; whether what was asked for happened is then unknown. Asking again does no harm,
 * but for records, of which there may be two then.
 */
public final class BrokerPeers {
    private final PeerChannels channels;
    private final Duration timeout;

    private BrokerPeers(PeerChannels channels, Duration timeout) {
        this.channels = channels;
        this.timeout = timeout;
    }

    /** Over the transport of the broker itself, with which the connections end. */
    public static BrokerPeers over(Transport transport, ClientConfig config) {
        return new BrokerPeers(new PeerChannels(transport, config), config.requestTimeout());
    }

    /** Appends a batch to a partition; completes once it is committed. Fails with what the leader refuses it for. */
    public CompletionStage<Void> append(Endpoint leader, TopicPartition partition, UUID topicId, ByteBuffer batch) {
        return channels.ask(leader, Api.PRODUCE, Production.request(partition, topicId, batch, -1, null, timeout))
                .thenAccept(answer -> Production.baseOffset(partition, answer));
    }

    /** Has the leader of a partition write a transaction's outcome. */
    public CompletionStage<ErrorCode> writeMarker(Endpoint leader, TopicPartition partition, Marker marker) {
        var request = new WriteTxnMarkersRequestData()
                .setMarkers(List.of(new WritableTxnMarker()
                        .setProducerId(marker.producer().producerId())
                        .setProducerEpoch(marker.producer().epoch())
                        .setTransactionResult(marker.outcome() == Outcome.COMMIT)
                        .setCoordinatorEpoch(marker.coordinatorEpoch())
                        .setTransactionVersion(
                                marker.raised()
                                        ? TransactionExtensions.RAISES_EPOCHS
                                        : TransactionExtensions.KEEPS_EPOCHS)
                        .setTopics(List.of(new WritableTxnMarkerTopic()
                                .setName(partition.topic())
                                .setPartitionIndexes(List.of(partition.partition()))))));
        return channels.ask(leader, Api.WRITE_TXN_MARKERS, request).thenApply(BrokerPeers::outcome);
    }

    private static ErrorCode outcome(WriteTxnMarkersResponseData answer) {
        return answer.markers().stream()
                .flatMap(marker -> marker.topics().stream())
                .flatMap(topic -> topic.partitions().stream())
                .map(partition -> ErrorCode.of(partition.errorCode()))
                .findFirst()
                .orElse(ErrorCode.UNKNOWN_SERVER_ERROR);
    }

    /**
     * Where a share group stands in what the broker leads.
     *
     * @param partitions of which it is to be told; null: of all that the group has used
     */
    public CompletionStage<List<ShareStanding>> standing(
            Endpoint broker, String group, @Nullable Collection<TopicPartition> partitions) {
        var request = new DescribeShareGroupOffsetsRequestData()
                .setGroups(List.of(new DescribeShareGroupOffsetsRequestGroup()
                        .setGroupId(group)
                        .setTopics(
                                partitions == null
                                        ? null
                                        : Offsets.byTopic(
                                                partitions,
                                                name -> new DescribeShareGroupOffsetsRequestTopic().setTopicName(name),
                                                (topic, partition) ->
                                                        topic.partitions().add(partition.partition())))));
        request.unknownTaggedFields().add(ShareExtensions.hereOnly());
        return channels.ask(broker, Api.DESCRIBE_SHARE_GROUP_OFFSETS, request)
                .thenApply(answer -> Inspection.standing(group, broker, answer));
    }

    /** Lets a share group begin anew in a partition that the broker leads. */
    public CompletionStage<Void> restart(Endpoint broker, String group, TopicPartition partition, long offset) {
        var request = new AlterShareGroupOffsetsRequestData().setGroupId(group);
        request.topics()
                .add(new AlterShareGroupOffsetsRequestTopic()
                        .setTopicName(partition.topic())
                        .setPartitions(List.of(new AlterShareGroupOffsetsRequestPartition()
                                .setPartitionIndex(partition.partition())
                                .setStartOffset(offset))));
        request.unknownTaggedFields().add(ShareExtensions.hereOnly());
        var what = "restart of share group " + group + " in " + partition;
        return channels.ask(broker, Api.ALTER_SHARE_GROUP_OFFSETS, request).thenAccept(answer -> {
            Failures.check(answer.errorCode(), what, answer.errorMessage());
            for (var topic : answer.responses()) {
                topic.partitions().forEach(done -> Failures.check(done.errorCode(), what, done.errorMessage()));
            }
        });
    }

    /** Forgets what a share group has in a topic, where the broker leads it. */
    public CompletionStage<Void> forget(Endpoint broker, String group, String topic) {
        return channels.ask(broker, Api.DELETE_SHARE_GROUP_OFFSETS, Offsets.forgetting(group, Set.of(topic)))
                .thenAccept(answer -> Offsets.checkForgotten(group, answer));
    }

    /** Forgets what a share group has anywhere where the broker leads. */
    public CompletionStage<Void> forget(Endpoint broker, String group) {
        var request = new DeleteGroupsRequestData().setGroupsNames(List.of(group));
        request.unknownTaggedFields().add(ShareExtensions.hereOnly());
        return channels.ask(broker, Api.DELETE_GROUPS, request).thenAccept(answer -> answer.results()
                .forEach(done -> Failures.check(done.errorCode(), "forgetting share group " + group, null)));
    }

    /** Asks the coordinator of a transaction whether a producer may write to these partitions; {@code joins}: and makes them part of it. */
    public CompletionStage<ErrorCode> admit(
            Endpoint coordinator,
            String transactionalId,
            ProducerIdentity producer,
            Set<TopicPartition> partitions,
            boolean joins) {
        var request = Admission.request(transactionalId, producer, partitions, joins);
        return channels.ask(coordinator, Api.ADD_PARTITIONS_TO_TXN, request).thenApply(Admission::outcome);
    }
}
