package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatResponseData;
import org.apache.kafka.common.message.ShareGroupHeartbeatResponseData.Assignment;
import org.apache.kafka.common.message.ShareGroupHeartbeatResponseData.TopicPartitions;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.coordinator.group.GroupPhase;
import org.isthmus.broker.coordinator.share.ShareMembership;

/** ShareGroupHeartbeat: a member of a share group joins, stays or leaves, and hears what it is to read. */
public final class ShareGroupHeartbeatHandler
        implements ApiHandler<ShareGroupHeartbeatRequestData, ShareGroupHeartbeatResponseData> {
    private final Topics topics;
    private final ShareMembership membership;
    private final GroupCoordinator groups;

    public ShareGroupHeartbeatHandler(Topics topics, ShareMembership membership, GroupCoordinator groups) {
        this.topics = topics;
        this.groups = groups;
        this.membership = membership;
    }

    @Override
    public short apiKey() {
        return 76;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 1;
    }

    @Override
    public CompletionStage<ShareGroupHeartbeatResponseData> handle(
            RequestContext context, ShareGroupHeartbeatRequestData request) {
        return heartbeat(context, request)
                .thenApply(answer -> answer(request.memberId(), answer))
                .exceptionally(failure -> {
                    var refusal = new Refusal(
                            CoordinatorErrors.errorOf(failure),
                            Refusal.of(failure).message());
                    return new ShareGroupHeartbeatResponseData()
                            .setErrorCode(refusal.code())
                            .setErrorMessage(refusal.message());
                });
    }

    private CompletionStage<ShareMembership.Answer> heartbeat(
            RequestContext context, ShareGroupHeartbeatRequestData request) {
        try {
            if (request.groupId().isEmpty() || request.memberId().isEmpty() || request.memberEpoch() < -1) {
                throw new BrokerException(ErrorCode.INVALID_REQUEST, "no group, no member, or an impossible epoch");
            }
            topics.coordinates(request.groupId());
            var names = Optional.ofNullable(request.subscribedTopicNames()).map(HashSet::new);
            if (request.memberEpoch() == 0 && names.map(HashSet::isEmpty).orElse(true)) {
                throw new BrokerException(ErrorCode.INVALID_REQUEST, "who joins says what it wants to read");
            }
            var heartbeat = new ShareMembership.Heartbeat(
                    request.groupId(),
                    request.memberId(),
                    request.memberEpoch(),
                    names.map(Set::copyOf),
                    context.clientId(),
                    context.clientHost());
            return request.memberEpoch() == 0 ? join(heartbeat) : membership.heartbeat(heartbeat);
        } catch (BrokerException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    /** A name that belongs to a group of consumers stays theirs, also when none of them is there. */
    private CompletionStage<ShareMembership.Answer> join(ShareMembership.Heartbeat heartbeat) {
        return groups.describe(heartbeat.group())
                .thenCompose(found -> found.phase() == GroupPhase.DEAD
                        ? membership.heartbeat(heartbeat)
                        : CompletableFuture.failedStage(new BrokerException(
                                ErrorCode.GROUP_ID_NOT_FOUND, heartbeat.group() + " is not a share group")));
    }

    private ShareGroupHeartbeatResponseData answer(String member, ShareMembership.Answer answer) {
        return new ShareGroupHeartbeatResponseData()
                .setMemberId(member)
                .setMemberEpoch(answer.epoch())
                .setHeartbeatIntervalMs(answer.intervalMs())
                .setAssignment(answer.assignment().map(this::assignment).orElse(null));
    }

    private Assignment assignment(Map<String, SortedSet<Integer>> partitions) {
        var assignment = new Assignment();
        partitions.forEach((name, indexes) -> topics.image().topic(name).ifPresent(topic -> assignment
                .topicPartitions()
                .add(new TopicPartitions()
                        .setTopicId(TopicIds.wire(topic.id()))
                        .setPartitions(new ArrayList<>(indexes)))));
        return assignment;
    }
}
