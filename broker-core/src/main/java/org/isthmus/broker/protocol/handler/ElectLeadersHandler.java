package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
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

/** Answers the wish for an election: where a broker is alone, every partition is led by the only one that could. */
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
        var results = new ArrayList<ReplicaElectionResult>();
        // Whoever asks for all hears only of those that there was something to do about.
        if (request.topicPartitions() != null) {
            for (var topic : request.topicPartitions()) {
                results.add(new ReplicaElectionResult()
                        .setTopic(topic.topic())
                        .setPartitionResult(results(image, topic.topic(), topic.partitions())));
            }
        }
        return CompletableFuture.completedStage(new ElectLeadersResponseData().setReplicaElectionResults(results));
    }

    private static List<PartitionResult> results(ClusterImage image, String topic, List<Integer> partitions) {
        return partitions.stream()
                .map(index -> index >= 0
                                && image.partition(new TopicPartition(topic, index))
                                        .isPresent()
                        ? result(index, ErrorCode.ELECTION_NOT_NEEDED, "it is led by its only replica")
                        : result(index, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no such partition"))
                .toList();
    }

    private static PartitionResult result(int index, ErrorCode error, String message) {
        return new PartitionResult()
                .setPartitionId(index)
                .setErrorCode(error.code())
                .setErrorMessage(message);
    }
}
