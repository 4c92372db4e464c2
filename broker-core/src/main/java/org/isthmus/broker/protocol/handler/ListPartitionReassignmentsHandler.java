package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingPartitionReassignment;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingTopicReassignment;
import org.isthmus.broker.controller.Reassignments;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.PartitionImage;

/** ListPartitionReassignments: which partitions are on the move, and from where to where. */
public final class ListPartitionReassignmentsHandler
        implements ApiHandler<ListPartitionReassignmentsRequestData, ListPartitionReassignmentsResponseData> {
    private final MetadataStore metadata;

    public ListPartitionReassignmentsHandler(MetadataStore metadata) {
        this.metadata = metadata;
    }

    @Override
    public short apiKey() {
        return 46;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 0;
    }

    @Override
    public CompletionStage<ListPartitionReassignmentsResponseData> handle(
            RequestContext context, ListPartitionReassignmentsRequestData request) {
        var image = metadata.image();
        var response = new ListPartitionReassignmentsResponseData();
        if (request.topics() == null) {
            for (var topic : image.topics().values()) {
                var all = IntStream.range(0, topic.partitions().size()).boxed().toList();
                add(response, image, topic.name(), all);
            }
        } else {
            request.topics().forEach(topic -> add(response, image, topic.name(), topic.partitionIndexes()));
        }
        return CompletableFuture.completedFuture(response);
    }

    private static void add(
            ListPartitionReassignmentsResponseData response, ClusterImage image, String name, List<Integer> indexes) {
        var moving = new ArrayList<OngoingPartitionReassignment>();
        image.topic(name).ifPresent(topic -> {
            for (var index : indexes) {
                if (index >= 0 && index < topic.partitions().size()) {
                    var partition = topic.partitions().get(index);
                    if (Reassignments.isMoving(partition)) {
                        moving.add(describe(index, partition));
                    }
                }
            }
        });
        if (!moving.isEmpty()) {
            response.topics().add(new OngoingTopicReassignment().setName(name).setPartitions(moving));
        }
    }

    private static OngoingPartitionReassignment describe(int index, PartitionImage partition) {
        return new OngoingPartitionReassignment()
                .setPartitionIndex(index)
                .setReplicas(BrokerIds.numbers(partition.replicas()))
                .setAddingReplicas(BrokerIds.numbers(partition.adding()))
                .setRemovingReplicas(BrokerIds.numbers(partition.removing()));
    }
}
