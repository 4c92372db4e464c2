package org.isthmus.broker.protocol.client;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ReplicaState;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.network.Transport;
import org.isthmus.broker.protocol.codec.ReplicaExtensions;
import org.isthmus.broker.replica.ReplicaFetch;
import org.isthmus.broker.replica.ReplicaLink;
import org.jspecify.annotations.Nullable;

/**
 * Fetches as a follower, by Kafka's own Fetch, over a connection to each leader. Safe for use by many threads.
 */
public final class WireReplicaLink implements ReplicaLink {
    private final PeerChannels channels;

    public WireReplicaLink(Transport transport, ClientConfig config) {
        channels = new PeerChannels(transport, config);
    }

    @Override
    public CompletionStage<List<ReplicaFetch.Answer>> fetch(BrokerImage leader, ReplicaFetch fetch) {
        return channels.ask(PeerAddress.of(leader, channels.speaksTls()), Api.FETCH, request(fetch))
                .thenApply(response -> answers(fetch, response));
    }

    /** In the order of what is asked: neighbours of one topic share an entry. */
    private static FetchRequestData request(ReplicaFetch fetch) {
        var topics = new ArrayList<FetchTopic>();
        UUID last = null;
        for (var ask : fetch.asks()) {
            if (!ask.topicId().equals(last)) {
                last = ask.topicId();
                topics.add(new FetchTopic()
                        .setTopicId(new Uuid(last.getMostSignificantBits(), last.getLeastSignificantBits())));
            }
            topics.get(topics.size() - 1)
                    .partitions()
                    .add(ReplicaExtensions.ofLog(
                            new FetchPartition()
                                    .setPartition(ask.partition().partition())
                                    .setCurrentLeaderEpoch(ask.epoch().value())
                                    .setFetchOffset(ask.offset())
                                    .setLastFetchedEpoch(ask.lastEpoch())
                                    .setPartitionMaxBytes(ask.maxBytes()),
                            ask.log().number()));
        }
        return new FetchRequestData()
                .setReplicaState(new ReplicaState()
                        .setReplicaId(fetch.follower().value())
                        .setReplicaEpoch(fetch.followerEpoch()))
                .setMaxWaitMs((int) fetch.maxWait().toMillis())
                .setMinBytes(1)
                .setMaxBytes(fetch.maxBytes())
                .setSessionEpoch(-1)
                .setTopics(topics);
    }

    private static List<ReplicaFetch.Answer> answers(ReplicaFetch fetch, FetchResponseData response) {
        var answers = response.responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .map(WireReplicaLink::answer)
                .toList();
        if (response.errorCode() != ErrorCode.NONE.code()
                || answers.size() != fetch.asks().size()) {
            throw new BrokerException(
                    ErrorCode.of(response.errorCode()),
                    "an answer about " + answers.size() + " logs instead of "
                            + fetch.asks().size());
        }
        return answers;
    }

    private static ReplicaFetch.Answer answer(PartitionData data) {
        var diverging = data.divergingEpoch();
        return new ReplicaFetch.Answer(
                ErrorCode.of(data.errorCode()),
                records(data),
                data.highWatermark(),
                data.logStartOffset(),
                ReplicaExtensions.kinds(data),
                diverging.endOffset() < 0
                        ? null
                        : new LogView.EpochEnd(new Epoch(diverging.epoch()), diverging.endOffset()));
    }

    /** A copy: the answer's own bytes go with its frame. */
    private static @Nullable ByteBuffer records(PartitionData data) {
        if (!(data.records() instanceof MemoryRecords records) || records.sizeInBytes() == 0) {
            return null;
        }
        var bytes = records.buffer();
        return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    }
}
