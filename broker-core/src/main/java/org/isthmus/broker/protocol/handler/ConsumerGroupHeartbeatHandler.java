package org.isthmus.broker.protocol.handler;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData.Assignment;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData.TopicPartitions;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.group.ConsumerAnswer;
import org.isthmus.broker.coordinator.group.ConsumerBeat;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.coordinator.group.PartitionId;
import org.isthmus.broker.coordinator.share.ShareMembership;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.runtime.IdSource;
import org.jspecify.annotations.Nullable;

/** ConsumerGroupHeartbeat: a member of a group of consumers joins, stays or leaves, and hears what it is to read (KIP-848). */
final class ConsumerGroupHeartbeatHandler
        implements ApiHandler<ConsumerGroupHeartbeatRequestData, ConsumerGroupHeartbeatResponseData> {
    private static final int FIRST_THAT_BRINGS_ITS_ID = 1;

    private final GroupCoordinator groups;
    private final ShareMembership sharers;
    private final MetadataStore metadata;
    private final IdSource ids;

    ConsumerGroupHeartbeatHandler(
            GroupCoordinator groups, ShareMembership sharers, MetadataStore metadata, IdSource ids) {
        this.groups = groups;
        this.sharers = sharers;
        this.metadata = metadata;
        this.ids = ids;
    }

    @Override
    public short apiKey() {
        return 68;
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
    public CompletionStage<ConsumerGroupHeartbeatResponseData> handle(
            RequestContext context, ConsumerGroupHeartbeatRequestData request) {
        var objection = objection(context, request);
        if (objection.isPresent()) {
            return CompletableFuture.completedStage(refused(ErrorCode.INVALID_REQUEST.code(), objection.get()));
        }
        if (request.memberEpoch() != ConsumerBeat.JOIN) {
            return consume(context, request);
        }
        return sharers.describe(request.groupId())
                .thenCompose(shared -> shared.isPresent()
                        ? CompletableFuture.completedStage(refused(
                                ErrorCode.GROUP_ID_NOT_FOUND.code(),
                                request.groupId() + " is a share group with members"))
                        : consume(context, request));
    }

    private CompletionStage<ConsumerGroupHeartbeatResponseData> consume(
            RequestContext context, ConsumerGroupHeartbeatRequestData request) {
        return groups.consume(beat(context, request))
                .thenApply(answer -> answer(request, answer))
                .exceptionally(failure -> {
                    var error = CoordinatorErrors.codeOf(failure);
                    return refused(error, Refusal.of(failure).message());
                });
    }

    /** What no group could make sense of. */
    private static Optional<String> objection(RequestContext context, ConsumerGroupHeartbeatRequestData request) {
        var bringsId = context.version() >= FIRST_THAT_BRINGS_ITS_ID || request.memberEpoch() != ConsumerBeat.JOIN;
        if (request.groupId().isBlank()) {
            return Optional.of("a group has a name");
        }
        if (bringsId && request.memberId().isBlank()) {
            return Optional.of("a member has an id");
        }
        if (isBlank(request.instanceId()) || isBlank(request.rackId())) {
            return Optional.of("an instance id or a rack that is given is not empty");
        }
        if (request.memberEpoch() < ConsumerBeat.STEP_ASIDE) {
            return Optional.of("epoch " + request.memberEpoch() + " cannot be");
        }
        if (request.memberEpoch() == ConsumerBeat.STEP_ASIDE && request.instanceId() == null) {
            return Optional.of("only a static member can leave and keep its place");
        }
        return request.memberEpoch() == ConsumerBeat.JOIN ? objectionToJoin(request) : Optional.empty();
    }

    private static Optional<String> objectionToJoin(ConsumerGroupHeartbeatRequestData request) {
        if (request.rebalanceTimeoutMs() < 0) {
            return Optional.of("who joins says how long it takes to give up partitions");
        }
        if (request.topicPartitions() == null || !request.topicPartitions().isEmpty()) {
            return Optional.of("who joins has no partitions yet, and says so");
        }
        var pattern = request.subscribedTopicRegex();
        return request.subscribedTopicNames() == null && (pattern == null || pattern.isEmpty())
                ? Optional.of("who joins says what it wants to read")
                : Optional.empty();
    }

    private static boolean isBlank(@Nullable String text) {
        return text != null && text.isBlank();
    }

    private ConsumerBeat beat(RequestContext context, ConsumerGroupHeartbeatRequestData request) {
        var names = request.subscribedTopicNames();
        return new ConsumerBeat(
                request.groupId(),
                request.memberId().isEmpty() ? ids.nextUuid().toString() : request.memberId(),
                request.memberEpoch(),
                request.instanceId(),
                request.rackId(),
                context.clientId(),
                context.clientHost(),
                request.rebalanceTimeoutMs(),
                names == null ? null : new HashSet<>(names),
                request.subscribedTopicRegex(),
                request.serverAssignor(),
                request.topicPartitions() == null ? null : partitions(request.topicPartitions()));
    }

    private static SortedSet<PartitionId> partitions(
            Collection<ConsumerGroupHeartbeatRequestData.TopicPartitions> topics) {
        var partitions = new TreeSet<PartitionId>();
        topics.forEach(topic -> topic.partitions()
                .forEach(partition -> partitions.add(new PartitionId(TopicIds.of(topic.topicId()), partition))));
        return partitions;
    }

    private ConsumerGroupHeartbeatResponseData answer(
            ConsumerGroupHeartbeatRequestData request, ConsumerAnswer answer) {
        if (answer.error() != ErrorCode.NONE) {
            return refused(answer.error().code(), answer.message());
        }
        var response = new ConsumerGroupHeartbeatResponseData()
                .setMemberId(answer.memberId())
                .setMemberEpoch(answer.epoch());
        if (answer.epoch() < 0) {
            return response;
        }
        var own = metadata.image().groupConfigs().getOrDefault(request.groupId(), Map.of());
        var interval = groups.consumerConfig().heartbeatInterval(own);
        var assignment = answer.assignment();
        return response.setHeartbeatIntervalMs((int) interval.toMillis())
                .setAssignment(assignment == null ? null : new Assignment().setTopicPartitions(topics(assignment)));
    }

    private static List<TopicPartitions> topics(SortedSet<PartitionId> partitions) {
        return GroupedPartitions.byTopic(partitions).entrySet().stream()
                .map(topic -> new TopicPartitions()
                        .setTopicId(TopicIds.wire(topic.getKey()))
                        .setPartitions(topic.getValue()))
                .toList();
    }

    private static ConsumerGroupHeartbeatResponseData refused(short error, @Nullable String message) {
        return new ConsumerGroupHeartbeatResponseData().setErrorCode(error).setErrorMessage(message);
    }
}
