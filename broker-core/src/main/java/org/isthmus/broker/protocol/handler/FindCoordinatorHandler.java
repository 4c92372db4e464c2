package org.isthmus.broker.protocol.handler;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.network.Endpoint;
import org.jspecify.annotations.Nullable;

/** FindCoordinator: which broker leads the shard of a group or a transactional id. */
final class FindCoordinatorHandler implements ApiHandler<FindCoordinatorRequestData, FindCoordinatorResponseData> {
    private static final byte GROUP = 0;
    private static final byte TRANSACTION = 1;

    private static final int FIRST_WITH_MANY_KEYS = 4;

    private final InternalTopics topics;
    private final MetadataStore metadata;
    private final Addresses addresses;

    FindCoordinatorHandler(InternalTopics topics, MetadataStore metadata, Addresses addresses) {
        this.topics = topics;
        this.addresses = addresses;
        this.metadata = metadata;
    }

    @Override
    public short apiKey() {
        return 10;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 6;
    }

    @Override
    public CompletionStage<FindCoordinatorResponseData> handle(
            RequestContext context, FindCoordinatorRequestData request) {
        var many = context.version() >= FIRST_WITH_MANY_KEYS;
        var keys = many ? request.coordinatorKeys() : List.of(request.key());
        return find(request.keyType(), keys, context.listener())
                .exceptionally(failure -> keys.stream()
                        .map(key -> refused(key, CoordinatorErrors.errorOf(failure), failure.getMessage()))
                        .toList())
                .thenApply(found -> many ? manyKeys(found) : oneKey(found.get(0)));
    }

    private CompletionStage<List<Coordinator>> find(byte keyType, List<String> keys, Endpoint listener) {
        var topic = topicOf(keyType);
        if (topic.isEmpty()) {
            return CompletableFuture.failedStage(
                    new BrokerException(ErrorCode.INVALID_REQUEST, "no coordinator for keys of type " + keyType));
        }
        return topics.ensure(topic.get()).thenApply(shards -> keys.stream()
                .map(key -> lead(key, ShardPlace.of(shards, key), listener))
                .toList());
    }

    private static Optional<String> topicOf(byte keyType) {
        return switch (keyType) {
            case GROUP -> Optional.of(InternalTopics.CONSUMER_OFFSETS);
            case TRANSACTION -> Optional.of(InternalTopics.TRANSACTION_STATE);
            default -> Optional.empty();
        };
    }

    private Coordinator lead(String key, TopicPartition shard, Endpoint listener) {
        var leaders = KnownLeaders.in(metadata);
        return leaders.image()
                .partition(shard)
                .flatMap(leaders::of)
                .map(leader -> at(key, leader, addresses.of(leader, listener)))
                .orElseGet(() -> refused(key, ErrorCode.COORDINATOR_NOT_AVAILABLE, "nobody leads " + shard));
    }

    private static Coordinator at(String key, BrokerImage broker, Endpoint address) {
        return new Coordinator()
                .setKey(key)
                .setNodeId(broker.id().value())
                .setHost(address.host())
                .setPort(address.port());
    }

    private static Coordinator refused(String key, ErrorCode error, @Nullable String reason) {
        return new Coordinator()
                .setKey(key)
                .setNodeId(-1)
                .setHost("")
                .setPort(-1)
                .setErrorCode(error.code())
                .setErrorMessage(reason);
    }

    private static FindCoordinatorResponseData manyKeys(List<Coordinator> found) {
        return new FindCoordinatorResponseData().setCoordinators(found);
    }

    private static FindCoordinatorResponseData oneKey(Coordinator found) {
        return new FindCoordinatorResponseData()
                .setNodeId(found.nodeId())
                .setHost(found.host())
                .setPort(found.port())
                .setErrorCode(found.errorCode())
                .setErrorMessage(found.errorMessage());
    }
}
