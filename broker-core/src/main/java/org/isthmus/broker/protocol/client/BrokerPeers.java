package org.isthmus.broker.protocol.client;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransactionCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.transaction.Marker;
import org.isthmus.broker.coordinator.transaction.Outcome;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.network.Transport;

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

    /** Asks the coordinator of a transaction whether a producer may write to these partitions; {@code joins}: and makes them part of it. */
    public CompletionStage<ErrorCode> admit(
            Endpoint coordinator,
            String transactionalId,
            ProducerIdentity producer,
            Set<TopicPartition> partitions,
            boolean joins) {
        var topics = new HashMap<String, AddPartitionsToTxnTopic>();
        for (var partition : partitions) {
            topics.computeIfAbsent(partition.topic(), name -> new AddPartitionsToTxnTopic().setName(name))
                    .partitions()
                    .add(partition.partition());
        }
        var transactions = new AddPartitionsToTxnTransactionCollection();
        transactions.add(new AddPartitionsToTxnTransaction()
                .setTransactionalId(transactionalId)
                .setProducerId(producer.producerId())
                .setProducerEpoch(producer.epoch())
                .setVerifyOnly(!joins)
                .setTopics(new AddPartitionsToTxnTopicCollection(topics.values().iterator())));
        var request = new AddPartitionsToTxnRequestData().setTransactions(transactions);
        return channels.ask(coordinator, Api.ADD_PARTITIONS_TO_TXN, request).thenApply(BrokerPeers::outcome);
    }

    /** The coordinator admits all or none; one that says more about some than about others says it of those that failed. */
    private static ErrorCode outcome(AddPartitionsToTxnResponseData answer) {
        return answer.errorCode() != ErrorCode.NONE.code()
                ? ErrorCode.of(answer.errorCode())
                : answer.resultsByTransaction().stream()
                        .flatMap(transaction -> transaction.topicResults().stream())
                        .flatMap(topic -> topic.resultsByPartition().stream())
                        .map(partition -> ErrorCode.of(partition.partitionErrorCode()))
                        .filter(error -> error != ErrorCode.NONE && error != ErrorCode.OPERATION_NOT_ATTEMPTED)
                        .findFirst()
                        .orElse(ErrorCode.NONE);
    }
}
