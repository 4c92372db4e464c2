package org.isthmus.broker.protocol.handler;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;

/** Finds that there is nothing to elect: the only replica of a partition leads it already. Asked about every partition, it names none, as Kafka does. */
public final class ElectLeadersHandler implements ApiHandler<ElectLeadersRequestData, ElectLeadersResponseData> {
    private final MetadataStore metadata;

    public ElectLeadersHandler(MetadataStore metadata) {
        this.metadata = metadata;
    }

    @Override
    public short apiKey() {
        return 43;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public CompletionStage<ElectLeadersResponseData> handle(RequestContext context, ElectLeadersRequestData request) {
        var image = metadata.image();
        var response = new ElectLeadersResponseData();
        if (request.topicPartitions() != null) {
            for (var topic : request.topicPartitions()) {
                response.replicaElectionResults()
                        .add(new ReplicaElectionResult()
                                .setTopic(topic.topic())
                                .setPartitionResult(results(image, topic.topic(), topic.partitions())));
            }
        }
        return CompletableFuture.completedFuture(response);
    }

    private static List<PartitionResult> results(ClusterImage image, String topic, List<Integer> partitions) {
        return partitions.stream()
                .map(partition -> new PartitionResult()
                        .setPartitionId(partition)
                        .setErrorCode(outcome(image, new TopicPartition(topic, partition))
                                .code()))
                .toList();
    }

    private static ErrorCode outcome(ClusterImage image, TopicPartition partition) {
        return image.partition(partition).isPresent()
                ? ErrorCode.ELECTION_NOT_NEEDED
                : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    }
}
