package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroupMember;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.coordinator.group.GroupDescription;
import org.isthmus.broker.coordinator.group.GroupPhase;

/** DescribeGroups: what groups do, and who belongs to them. */
final class DescribeGroupsHandler implements ApiHandler<DescribeGroupsRequestData, DescribeGroupsResponseData> {
    private static final int FIRST_THAT_KNOWS_OF_MISSING_GROUPS = 6;

    private final GroupCoordinator groups;

    DescribeGroupsHandler(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public short apiKey() {
        return 15;
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
    public CompletionStage<DescribeGroupsResponseData> handle(
            RequestContext context, DescribeGroupsRequestData request) {
        var answers = request.groups().stream()
                .distinct()
                .map(groupId -> groups.describe(groupId)
                        .thenApply(group -> described(context, request.includeAuthorizedOperations(), group))
                        .exceptionally(failure -> new DescribedGroup()
                                .setGroupId(groupId)
                                .setErrorCode(CoordinatorErrors.codeOf(failure))))
                .toList();
        return Stages.all(answers).thenApply(described -> new DescribeGroupsResponseData().setGroups(described));
    }

    private static DescribedGroup described(RequestContext context, boolean withOperations, GroupDescription group) {
        // A group of consumers has an API of its own; whoever asks here would not understand it.
        var isMissing = group.phase() == GroupPhase.DEAD || group.isOfConsumers();
        var answer = new DescribedGroup()
                .setGroupId(group.groupId())
                .setGroupState((isMissing ? GroupPhase.DEAD : group.phase()).wireName())
                .setProtocolType(isMissing ? "" : group.protocolType())
                .setProtocolData(group.protocol())
                .setMembers(group.members().stream()
                        .map(member -> new DescribedGroupMember()
                                .setMemberId(member.memberId())
                                .setGroupInstanceId(member.instanceId())
                                .setClientId(member.clientId())
                                .setClientHost(member.clientHost())
                                .setMemberMetadata(member.metadata().array())
                                .setMemberAssignment(member.assignment().array()))
                        .toList());
        if (isMissing && context.version() >= FIRST_THAT_KNOWS_OF_MISSING_GROUPS) {
            answer.setErrorCode(ErrorCode.GROUP_ID_NOT_FOUND.code())
                    .setErrorMessage("Group " + group.groupId() + " not found.");
        } else if (withOperations) {
            answer.setAuthorizedOperations(AuthorizedOperations.ON_GROUP);
        }
        return answer;
    }
}
