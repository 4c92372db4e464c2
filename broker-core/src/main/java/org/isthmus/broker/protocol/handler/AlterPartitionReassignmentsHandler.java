package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.controller.Reassignments;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;

/** AlterPartitionReassignments: begins to move partitions to other brokers, or gives it up, each for itself. */
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
        var mayChangeCount = request.allowReplicationFactorChange();
        var response = new AlterPartitionReassignmentsResponseData().setAllowReplicationFactorChange(mayChangeCount);
        var waits = new ArrayList<CompletableFuture<?>>();
        for (var topic : request.topics()) {
            var result = new ReassignableTopicResponse().setName(topic.name());
            response.responses().add(result);
            for (var partition : topic.partitions()) {
                var answer = new ReassignablePartitionResponse().setPartitionIndex(partition.partitionIndex());
                result.partitions().add(answer);
                waits.add(metadata.change(image -> decide(image, topic.name(), partition, mayChangeCount))
                        .handle((image, failure) -> failure == null ? answer : refuse(answer, failure))
                        .toCompletableFuture());
            }
        }
        return CompletableFuture.allOf(waits.toArray(CompletableFuture<?>[]::new))
                .thenApply(ignored -> response);
    }

    private static List<ClusterDelta> decide(
            ClusterImage image, String topic, ReassignablePartition partition, boolean mayChangeCount) {
        var id = new TopicPartition(topic, partition.partitionIndex());
        if (partition.replicas() == null) {
            return List.of(Reassignments.cancel(image, id));
        }
        var wanted = partition.replicas().stream().map(BrokerId::new).toList();
        return Reassignments.begin(image, id, wanted, mayChangeCount).stream().toList();
    }

    private static ReassignablePartitionResponse refuse(ReassignablePartitionResponse answer, Throwable failure) {
        var refusal = Refusal.of(failure);
        return answer.setErrorCode(refusal.code()).setErrorMessage(refusal.message());
    }
}
