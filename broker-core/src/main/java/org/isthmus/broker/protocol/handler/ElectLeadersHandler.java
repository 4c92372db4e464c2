package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.controller.Elections;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;

/** ElectLeaders: brings partitions back to their preferred leaders, or gives those a leader that have none at any price. */
public final class ElectLeadersHandler implements ApiHandler<ElectLeadersRequestData, ElectLeadersResponseData> {
    private static final byte UNCLEAN = 1;

    private final MetadataStore metadata;
    private final Elections elections;

    public ElectLeadersHandler(MetadataStore metadata, Elections elections) {
        this.metadata = metadata;
        this.elections = elections;
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
        return request.topicPartitions() == null ? everywhere(request.electionType()) : asked(request);
    }

    /** Each for itself. */
    private CompletionStage<ElectLeadersResponseData> asked(ElectLeadersRequestData request) {
        var response = new ElectLeadersResponseData();
        var waits = new ArrayList<CompletableFuture<?>>();
        for (var topic : request.topicPartitions()) {
            var results = new ReplicaElectionResult().setTopic(topic.topic());
            response.replicaElectionResults().add(results);
            for (var index : topic.partitions()) {
                var result = new PartitionResult().setPartitionId(index);
                results.partitionResult().add(result);
                var id = new TopicPartition(topic.topic(), index);
                waits.add(metadata.change(image -> List.of(elect(image, request.electionType(), id)))
                        .handle((image, failure) -> failure == null ? result : refuse(result, failure))
                        .toCompletableFuture());
            }
        }
        return CompletableFuture.allOf(waits.toArray(CompletableFuture<?>[]::new))
                .thenApply(ignored -> response);
    }

    /** Whoever asks for all hears only of those that there was something to do about. */
    private CompletionStage<ElectLeadersResponseData> everywhere(byte type) {
        // Each decision begins anew; what the last one found is what happened.
        var results = new ArrayList<ReplicaElectionResult>();
        return metadata.change(image -> {
                    results.clear();
                    return everywhere(image, type, results);
                })
                .thenApply(image -> new ElectLeadersResponseData().setReplicaElectionResults(results));
    }

    private List<ClusterDelta> everywhere(ClusterImage image, byte type, List<ReplicaElectionResult> results) {
        var deltas = new ArrayList<ClusterDelta>();
        for (var topic : image.topics().values()) {
            var found = new ArrayList<PartitionResult>();
            for (var index = 0; index < topic.partitions().size(); index++) {
                var result = new PartitionResult().setPartitionId(index);
                try {
                    deltas.add(elect(image, type, new TopicPartition(topic.name(), index)));
                    found.add(result);
                } catch (BrokerException refused) {
                    if (refused.code() != ErrorCode.ELECTION_NOT_NEEDED) {
                        found.add(refuse(result, refused));
                    }
                }
            }
            if (!found.isEmpty()) {
                results.add(new ReplicaElectionResult().setTopic(topic.name()).setPartitionResult(found));
            }
        }
        return deltas;
    }

    private ClusterDelta elect(ClusterImage image, byte type, TopicPartition id) {
        return type == UNCLEAN ? elections.electUnclean(image, id) : elections.electPreferred(image, id);
    }

    private static PartitionResult refuse(PartitionResult result, Throwable failure) {
        var refusal = Refusal.of(failure);
        return result.setErrorCode(refusal.code()).setErrorMessage(refusal.message());
    }
}
