package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupResponseData.MemberResponse;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.coordinator.group.Leaver;

/** LeaveGroup: a member goes, or an administrator sends some away. */
final class LeaveGroupHandler implements ApiHandler<LeaveGroupRequestData, LeaveGroupResponseData> {
    private static final int FIRST_WITH_MANY_MEMBERS = 3;

    private final GroupCoordinator groups;

    LeaveGroupHandler(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public short apiKey() {
        return 13;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 5;
    }

    @Override
    public CompletionStage<LeaveGroupResponseData> handle(RequestContext context, LeaveGroupRequestData request) {
        var many = context.version() >= FIRST_WITH_MANY_MEMBERS;
        var leavers = many
                ? request.members().stream()
                        .map(member -> new Leaver(member.memberId(), member.groupInstanceId()))
                        .toList()
                : List.of(new Leaver(request.memberId(), null));
        return groups.leave(request.groupId(), leavers).handle((outcomes, failure) -> {
            if (failure != null) {
                return new LeaveGroupResponseData().setErrorCode(CoordinatorErrors.codeOf(failure));
            }
            return many ? manyMembers(leavers, outcomes) : oneMember(outcomes.get(0));
        });
    }

    private static LeaveGroupResponseData oneMember(ErrorCode outcome) {
        return new LeaveGroupResponseData().setErrorCode(outcome.code());
    }

    private static LeaveGroupResponseData manyMembers(List<Leaver> leavers, List<ErrorCode> outcomes) {
        var members = new ArrayList<MemberResponse>();
        for (var i = 0; i < leavers.size(); i++) {
            members.add(new MemberResponse()
                    .setMemberId(leavers.get(i).memberId())
                    .setGroupInstanceId(leavers.get(i).instanceId())
                    .setErrorCode(outcomes.get(i).code()));
        }
        return new LeaveGroupResponseData().setMembers(members);
    }
}
