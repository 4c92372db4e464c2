package org.isthmus.broker.protocol.handler;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.EpochEndOffset;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.protocol.codec.FileRecords;
import org.isthmus.broker.protocol.codec.ReplicaExtensions;
import org.isthmus.broker.replica.LogKind;
import org.isthmus.broker.replica.ReplicaFetch;
import org.isthmus.broker.replica.ReplicaReads;

/** The fetch of a broker that follows, from the wire to what the partitions understand and back. Stateless. */
record FollowerFetch(Topics topics, ReplicaReads reads) {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final int MOST_BYTES = 55 << 20;

    static boolean isOne(FetchRequestData request) {
        return request.replicaState().replicaId() >= 0;
    }

    CompletionStage<FetchResponseData> answer(FetchRequestData request) {
        var asks = new ArrayList<ReplicaFetch.Ask>();
        for (var topic : request.topics()) {
            var id = TopicIds.of(topic.topicId());
            var name = topics.topic(id).map(found -> found.name()).orElse("");
            for (var asked : topic.partitions()) {
                var kind = LogKind.of(ReplicaExtensions.log(asked));
                if (kind.isEmpty()) {
                    return CompletableFuture.completedStage(
                            new FetchResponseData().setErrorCode(ErrorCode.INVALID_REQUEST.code()));
                }
                asks.add(new ReplicaFetch.Ask(
                        new TopicPartition(name, asked.partition()),
                        id,
                        kind.get(),
                        new Epoch(asked.currentLeaderEpoch()),
                        asked.fetchOffset(),
                        asked.lastFetchedEpoch(),
                        asked.partitionMaxBytes()));
            }
        }
        var wait = Duration.ofMillis(Math.max(0, request.maxWaitMs()));
        return reads.fetch(new ReplicaFetch(
                        new BrokerId(request.replicaState().replicaId()),
                        request.replicaState().replicaEpoch(),
                        wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT,
                        Math.min(request.maxBytes(), MOST_BYTES),
                        asks))
                .thenApply(found -> response(request, found));
    }

    private static FetchResponseData response(FetchRequestData request, List<ReplicaFetch.Found> found) {
        var next = found.iterator();
        var response = new FetchResponseData();
        for (var topic : request.topics()) {
            var partitions = topic.partitions().stream()
                    .map(asked -> describe(asked, next.next()))
                    .toList();
            response.responses()
                    .add(new FetchableTopicResponse()
                            .setTopicId(topic.topicId())
                            .setPartitions(partitions));
        }
        return response;
    }

    private static PartitionData describe(FetchPartition asked, ReplicaFetch.Found found) {
        var data = new PartitionData()
                .setPartitionIndex(asked.partition())
                .setRecords(MemoryRecords.EMPTY)
                .setHighWatermark(-1);
        if (found instanceof ReplicaFetch.Refused refused) {
            return data.setErrorCode(refused.error().code()).setLogStartOffset(refused.startOffset());
        }
        if (found instanceof ReplicaFetch.Differs differs) {
            return data.setDivergingEpoch(new EpochEndOffset()
                    .setEpoch(differs.end().epoch().value())
                    .setEndOffset(differs.end().endOffset()));
        }
        var slice = (ReplicaFetch.Slice) found;
        data.setHighWatermark(slice.highWatermark()).setLogStartOffset(slice.startOffset());
        return ReplicaExtensions.having(
                slice.slice() == null ? data : data.setRecords(new FileRecords(slice.slice())), slice.kinds());
    }
}
