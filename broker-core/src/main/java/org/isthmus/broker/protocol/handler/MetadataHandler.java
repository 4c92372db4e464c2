package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TemporaryName;
import org.isthmus.broker.controller.NewTopicRequest;
import org.isthmus.broker.controller.TopicRules;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.replica.TemporaryTopics;
import org.jspecify.annotations.Nullable;

/** Tells which brokers and topics there are, and creates topics that are asked for and missing, where that is wanted. */
public final class MetadataHandler implements ApiHandler<MetadataRequestData, MetadataResponseData> {
    private final TopicCreation creation;
    private final ClusterIdentity identity;
    private final Addresses addresses;
    private final boolean createsMissing;
    private final TemporaryTopics temporary;

    public MetadataHandler(
            TopicCreation creation,
            TemporaryTopics temporary,
            ClusterIdentity identity,
            Addresses addresses,
            boolean createsMissing) {
        this.creation = creation;
        this.temporary = temporary;
        this.identity = identity;
        this.addresses = addresses;
        this.createsMissing = createsMissing;
    }

    @Override
    public short apiKey() {
        return 3;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 13;
    }

    @Override
    public CompletionStage<MetadataResponseData> handle(RequestContext context, MetadataRequestData request) {
        if (asksForAll(context, request)) {
            var leaders = KnownLeaders.in(creation.metadata());
            var response = cluster(context, leaders.image());
            leaders.image().topics().values().forEach(topic -> response.topics().add(describe(topic, leaders)));
            return CompletableFuture.completedFuture(tellOperations(request, response));
        }
        // Before version 4 a client could not say, and always meant yes.
        var mayCreate = createsMissing && (context.version() < 4 || request.allowAutoTopicCreation());
        return createMissing(request.topics(), mayCreate).thenApply(ignored -> {
            var leaders = KnownLeaders.in(creation.metadata());
            var response = cluster(context, leaders.image());
            request.topics().forEach(topic -> response.topics().add(describe(topic, leaders)));
            return tellOperations(request, response);
        });
    }

    private static MetadataResponseData tellOperations(MetadataRequestData request, MetadataResponseData response) {
        if (request.includeTopicAuthorizedOperations()) {
            for (var topic : response.topics()) {
                if (topic.errorCode() == ErrorCode.NONE.code()) {
                    topic.setTopicAuthorizedOperations(AuthorizedOperations.ON_TOPIC);
                }
            }
        }
        return request.includeClusterAuthorizedOperations()
                ? response.setClusterAuthorizedOperations(AuthorizedOperations.ON_CLUSTER)
                : response;
    }

    private static boolean asksForAll(RequestContext context, MetadataRequestData request) {
        return request.topics() == null
                || (context.version() == 0 && request.topics().isEmpty());
    }

    private CompletionStage<?> createMissing(List<MetadataRequestTopic> asked, boolean mayCreate) {
        if (!mayCreate) {
            return CompletableFuture.completedFuture(null);
        }
        var creating = new ArrayList<CompletableFuture<?>>();
        for (var topic : asked) {
            var name = topic.name();
            if (name != null && creation.metadata().image().topic(name).isEmpty() && mayBeCreated(name)) {
                var request = new NewTopicRequest(name, -1, -1, List.of(), Map.of());
                // A failure shows as a topic that is still missing; most often somebody else was faster.
                creating.add(
                        creation.create(request).handle((made, failure) -> name).toCompletableFuture());
            }
        }
        return CompletableFuture.allOf(creating.toArray(CompletableFuture<?>[]::new));
    }

    private static boolean mayBeCreated(String name) {
        return isValid(name) && !TemporaryName.isOne(name);
    }

    private static boolean isValid(@Nullable String name) {
        try {
            TopicRules.checkName(name == null ? "" : name);
            return true;
        } catch (BrokerException e) {
            return false;
        }
    }

    private MetadataResponseData cluster(RequestContext context, ClusterImage image) {
        var response = new MetadataResponseData()
                .setClusterId(identity.clusterName())
                .setControllerId(image.controller().value());
        for (var broker : image.brokers().values()) {
            var address = addresses.of(broker, context.listener());
            response.brokers()
                    .add(new MetadataResponseBroker()
                            .setNodeId(broker.id().value())
                            .setRack(broker.rack())
                            .setHost(address.host())
                            .setPort(address.port()));
        }
        return response;
    }

    private MetadataResponseTopic describe(MetadataRequestTopic asked, KnownLeaders leaders) {
        var byId = !asked.topicId().equals(Uuid.ZERO_UUID);
        var found = byId ? byId(asked, leaders.image()) : byName(asked, leaders.image());
        if (found.isPresent()) {
            return describe(found.get(), leaders);
        }
        var missing = new MetadataResponseTopic().setName(asked.name()).setTopicId(asked.topicId());
        if (byId) {
            return missing.setErrorCode(ErrorCode.UNKNOWN_TOPIC_ID.code());
        }
        return missing.setErrorCode(
                isValid(asked.name())
                        ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code()
                        : ErrorCode.INVALID_TOPIC_EXCEPTION.code());
    }

    private Optional<TopicImage> byId(MetadataRequestTopic asked, ClusterImage image) {
        var id = TopicIds.of(asked.topicId());
        return image.topic(id).or(() -> temporary.topic(id));
    }

    private Optional<TopicImage> byName(MetadataRequestTopic asked, ClusterImage image) {
        var name = asked.name();
        return image.topic(name)
                .or(() -> temporary.topic(name))
                .or(() -> temporary.elsewhere(name, image.brokers().keySet()));
    }

    private static MetadataResponseTopic describe(TopicImage topic, KnownLeaders cluster) {
        // A temporary destination has its broker for as long as there is one, whatever the cluster thinks of that.
        var leaders = TemporaryName.isOne(topic.name()) ? new KnownLeaders(cluster.image(), true) : cluster;
        var partitions =
                new ArrayList<MetadataResponsePartition>(topic.partitions().size());
        for (var image : topic.partitions()) {
            partitions.add(describe(partitions.size(), image, leaders));
        }
        return new MetadataResponseTopic()
                .setName(topic.name())
                .setTopicId(TopicIds.wire(topic.id()))
                .setIsInternal(topic.isInternal())
                .setPartitions(partitions);
    }

    private static MetadataResponsePartition describe(int index, PartitionImage image, KnownLeaders leaders) {
        var isLed = leaders.of(image).isPresent();
        return new MetadataResponsePartition()
                .setPartitionIndex(index)
                .setErrorCode(isLed ? ErrorCode.NONE.code() : ErrorCode.LEADER_NOT_AVAILABLE.code())
                .setLeaderId(isLed ? image.leader().value() : BrokerId.NONE.value())
                .setOfflineReplicas(BrokerIds.numbers(leaders.image().offline(image)))
                .setLeaderEpoch(image.leaderEpoch().value())
                .setReplicaNodes(BrokerIds.numbers(image.replicas()))
                .setIsrNodes(BrokerIds.numbers(image.isr()));
    }
}
