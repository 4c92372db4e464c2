package org.isthmus.broker.protocol.handler;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.PartitionImage;

/** Answers the wish to move partitions: a broker that is alone can leave them where they are, and nothing else. */
public final class AlterPartitionReassignmentsHandler
        implements ApiHandler<AlterPartitionReassignmentsRequestData, AlterPartitionReassignmentsResponseData> {
    private final MetadataStore metadata;

    public AlterPartitionReassignmentsHandler(MetadataStore metadata) {
        this.metadata = metadata;
    }

    @Override
    public short apiKey() {
        return 45;
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
    public CompletionStage<AlterPartitionReassignmentsResponseData> handle(
            RequestContext context, AlterPartitionReassignmentsRequestData request) {
        var image = metadata.image();
        var topics = request.topics().stream()
                .map(topic -> new ReassignableTopicResponse()
                        .setName(topic.name())
                        .setPartitions(topic.partitions().stream()
                                .map(partition -> answer(image, topic.name(), partition))
                                .toList()))
                .toList();
        return CompletableFuture.completedStage(new AlterPartitionReassignmentsResponseData()
                .setAllowReplicationFactorChange(request.allowReplicationFactorChange())
                .setResponses(topics));
    }

    private static ReassignablePartitionResponse answer(
            ClusterImage image, String topic, ReassignablePartition partition) {
        var answer = new ReassignablePartitionResponse().setPartitionIndex(partition.partitionIndex());
        try {
            check(image, topic, partition);
            return answer;
        } catch (BrokerException refused) {
            return answer.setErrorCode(refused.code().code()).setErrorMessage(refused.getMessage());
        }
    }

    private static void check(ClusterImage image, String topic, ReassignablePartition partition) {
        var index = partition.partitionIndex();
        var found = index < 0 ? Optional.<PartitionImage>empty() : image.partition(new TopicPartition(topic, index));
        if (found.isEmpty()) {
            throw new BrokerException(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no partition " + topic + "-" + index);
        }
        if (partition.replicas() == null) {
            throw new BrokerException(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, "nothing is on the move");
        }
        var wanted = partition.replicas().stream().map(BrokerId::new).toList();
        if (!wanted.equals(found.get().replicas())) {
            throw new BrokerException(
                    ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                    "partition " + topic + "-" + index + " is held by "
                            + found.get().replicas() + ", and cannot be moved to " + wanted);
        }
    }
}
