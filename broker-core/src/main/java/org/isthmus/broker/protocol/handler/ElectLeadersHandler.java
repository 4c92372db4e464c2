package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        // Each decision begins anew; what the last one found is what happened.
        var results = new LinkedHashMap<String, List<PartitionResult>>();
        return metadata.change(image -> {
                    results.clear();
                    return request.topicPartitions() == null
                            ? everywhere(image, request.electionType(), results)
                            : asked(image, request, results);
                })
                .thenApply(image -> new ElectLeadersResponseData()
                        .setReplicaElectionResults(results.entrySet().stream()
                                .map(topic -> new ReplicaElectionResult()
                                        .setTopic(topic.getKey())
                                        .setPartitionResult(topic.getValue()))
                                .toList()));
    }

    private List<ClusterDelta> asked(
            ClusterImage image, ElectLeadersRequestData request, Map<String, List<PartitionResult>> results) {
        var deltas = new ArrayList<ClusterDelta>();
        for (var topic : request.topicPartitions()) {
            for (var index : topic.partitions()) {
                var result = elect(image, request.electionType(), topic.topic(), index, deltas);
                results.computeIfAbsent(topic.topic(), name -> new ArrayList<>())
                        .add(result);
            }
        }
        return deltas;
    }

    /** Whoever asks for all hears only of those that there was something to do about. */
    private List<ClusterDelta> everywhere(ClusterImage image, byte type, Map<String, List<PartitionResult>> results) {
        var deltas = new ArrayList<ClusterDelta>();
        for (var topic : image.topics().values()) {
            for (var index = 0; index < topic.partitions().size(); index++) {
                var result = elect(image, type, topic.name(), index, deltas);
                if (result.errorCode() != ErrorCode.ELECTION_NOT_NEEDED.code()) {
                    results.computeIfAbsent(topic.name(), name -> new ArrayList<>())
                            .add(result);
                }
            }
        }
        return deltas;
    }

    private PartitionResult elect(ClusterImage image, byte type, String topic, int index, List<ClusterDelta> deltas) {
        try {
            var id = new TopicPartition(topic, index);
            deltas.add(type == UNCLEAN ? elections.electUnclean(image, id) : elections.electPreferred(image, id));
            return new PartitionResult().setPartitionId(index);
        } catch (BrokerException refused) {
            return new PartitionResult()
                    .setPartitionId(index)
                    .setErrorCode(refused.code().code())
                    .setErrorMessage(refused.getMessage());
        }
    }
}
