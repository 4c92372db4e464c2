package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.controller.Reassignments;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;

/** AlterPartitionReassignments: begins to move partitions to other brokers, or gives it up. */
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
        // Each decision begins anew; what the last one found is what happened.
        var topics = new ArrayList<ReassignableTopicResponse>();
        return metadata.change(image -> {
                    topics.clear();
                    return decide(image, request, topics);
                })
                .thenApply(image -> new AlterPartitionReassignmentsResponseData()
                        .setAllowReplicationFactorChange(request.allowReplicationFactorChange())
                        .setResponses(topics));
    }

    private static List<ClusterDelta> decide(
            ClusterImage image,
            AlterPartitionReassignmentsRequestData request,
            List<ReassignableTopicResponse> topics) {
        var deltas = new ArrayList<ClusterDelta>();
        for (var topic : request.topics()) {
            var answers = topic.partitions().stream()
                    .map(partition -> decide(image, request, topic.name(), partition, deltas))
                    .toList();
            topics.add(new ReassignableTopicResponse().setName(topic.name()).setPartitions(answers));
        }
        return deltas;
    }

    private static ReassignablePartitionResponse decide(
            ClusterImage image,
            AlterPartitionReassignmentsRequestData request,
            String topic,
            ReassignablePartition partition,
            List<ClusterDelta> deltas) {
        var answer = new ReassignablePartitionResponse().setPartitionIndex(partition.partitionIndex());
        var id = new TopicPartition(topic, partition.partitionIndex());
        try {
            if (partition.replicas() == null) {
                deltas.add(Reassignments.cancel(image, id));
            } else {
                var wanted = partition.replicas().stream().map(BrokerId::new).toList();
                Reassignments.begin(image, id, wanted, request.allowReplicationFactorChange())
                        .ifPresent(deltas::add);
            }
            return answer;
        } catch (BrokerException refused) {
            return answer.setErrorCode(refused.code().code()).setErrorMessage(refused.getMessage());
        }
    }
}
