package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData.JoinGroupResponseMember;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.Bytes;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.coordinator.group.JoinAnswer;
import org.isthmus.broker.coordinator.group.JoinRequest;
import org.isthmus.broker.coordinator.share.ShareMembership;

/** JoinGroup: become, or stay, a member of a group's next generation. The answer may take a whole rebalance. */
final class JoinGroupHandler implements ApiHandler<JoinGroupRequestData, JoinGroupResponseData> {
    private static final int FIRST_WITH_REBALANCE_TIMEOUT = 1;
    private static final int FIRST_THAT_LEARNS_ITS_ID_FIRST = 4;
    private static final int FIRST_WITH_NULLABLE_PROTOCOL = 7;
    private static final int FIRST_WITH_SKIPPED_ASSIGNMENT = 9;

    private final GroupCoordinator groups;
    private final ShareMembership sharers;

    JoinGroupHandler(GroupCoordinator groups, ShareMembership sharers) {
        this.groups = groups;
        this.sharers = sharers;
    }

    @Override
    public short apiKey() {
        return 11;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 9;
    }

    @Override
    public CompletionStage<JoinGroupResponseData> handle(RequestContext context, JoinGroupRequestData request) {
        return sharers.describe(request.groupId())
                .thenCompose(shared -> shared.isPresent()
                        ? CompletableFuture.completedStage(
                                refused(context, request, ErrorCode.INCONSISTENT_GROUP_PROTOCOL.code()))
                        : join(context, request));
    }

    private CompletionStage<JoinGroupResponseData> join(RequestContext context, JoinGroupRequestData request) {
        return groups.join(joinRequest(context, request))
                .handle((answer, failure) -> failure == null
                        ? response(context, answer)
                        : refused(context, request, CoordinatorErrors.codeOf(failure)));
    }

    private static JoinRequest joinRequest(RequestContext context, JoinGroupRequestData request) {
        var protocols = request.protocols().stream()
                .map(protocol -> new JoinRequest.Protocol(protocol.name(), new Bytes(protocol.metadata())))
                .toList();
        var rebalanceTimeoutMs = context.version() >= FIRST_WITH_REBALANCE_TIMEOUT
                ? request.rebalanceTimeoutMs()
                : request.sessionTimeoutMs();
        return new JoinRequest(
                request.groupId(),
                request.memberId(),
                request.groupInstanceId(),
                context.clientId(),
                context.clientHost(),
                request.sessionTimeoutMs(),
                rebalanceTimeoutMs,
                request.protocolType(),
                protocols,
                context.version() >= FIRST_THAT_LEARNS_ITS_ID_FIRST,
                context.version() >= FIRST_WITH_SKIPPED_ASSIGNMENT);
    }

    private static JoinGroupResponseData response(RequestContext context, JoinAnswer answer) {
        var nullable = context.version() >= FIRST_WITH_NULLABLE_PROTOCOL;
        return new JoinGroupResponseData()
                .setErrorCode(answer.error().code())
                .setMemberId(answer.memberId())
                .setGenerationId(answer.generation())
                .setProtocolType(answer.protocolType())
                .setProtocolName(answer.protocol() == null && !nullable ? "" : answer.protocol())
                .setLeader(answer.leader())
                .setSkipAssignment(answer.skipAssignment())
                .setMembers(answer.members().stream()
                        .map(member -> new JoinGroupResponseMember()
                                .setMemberId(member.memberId())
                                .setGroupInstanceId(member.instanceId())
                                .setMetadata(member.metadata().array()))
                        .toList());
    }

    private static JoinGroupResponseData refused(RequestContext context, JoinGroupRequestData request, short error) {
        return new JoinGroupResponseData()
                .setErrorCode(error)
                .setMemberId(request.memberId())
                .setProtocolName(context.version() >= FIRST_WITH_NULLABLE_PROTOCOL ? null : "");
    }
}
