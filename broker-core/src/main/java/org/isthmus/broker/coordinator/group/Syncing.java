package org.isthmus.broker.coordinator.group;

import java.util.HashMap;
import java.util.List;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.Bytes;
import org.isthmus.broker.coordinator.Decision;
import org.isthmus.broker.coordinator.View;
import org.isthmus.broker.coordinator.group.GroupRecord.Assigned;
import org.jspecify.annotations.Nullable;

/** Decides on what members are to read: the leader says it, the others wait for it. Stateless. */
final class Syncing {
    private Syncing() {}

    static Decision<GroupRecord, SyncOutcome> decide(View<GroupMachine> view, SyncRequest request, Scene scene) {
        var caller = request.caller();
        var group = view.state().group(caller.groupId());
        if (!group.consumers().members().isEmpty()) {
            return Bridging.sync(group, request, scene);
        }
        var error = check(group, request);
        if (error != ErrorCode.NONE) {
            return answer(SyncAnswer.refused(error));
        }
        if (group.phase() == GroupPhase.STABLE) {
            return answer(SyncAnswer.of(group, caller.memberId()));
        }
        if (!caller.memberId().equals(group.generation().leader())) {
            return Decision.answer(new SyncOutcome.Waits());
        }
        return assign(group, request);
    }

    private static ErrorCode check(Group group, SyncRequest request) {
        var error = Membership.check(group, request.caller());
        if (error != ErrorCode.NONE) {
            return error;
        }
        if (group.phase() == GroupPhase.PREPARING_REBALANCE) {
            return ErrorCode.REBALANCE_IN_PROGRESS;
        }
        var generation = group.generation();
        return agrees(request.protocolType(), generation.protocolType())
                        && agrees(request.protocol(), generation.protocol())
                ? ErrorCode.NONE
                : ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
    }

    private static boolean agrees(@Nullable String believed, @Nullable String actual) {
        return believed == null || believed.equals(actual);
    }

    private static Decision<GroupRecord, SyncOutcome> assign(Group group, SyncRequest request) {
        var byMember = new HashMap<String, Bytes>();
        for (var member : group.members()) {
            byMember.put(member.id(), request.assignment().getOrDefault(member.id(), Bytes.EMPTY));
        }
        var generation = group.generation();
        var own = byMember.getOrDefault(request.caller().memberId(), Bytes.EMPTY);
        var answer = new SyncAnswer(ErrorCode.NONE, generation.protocolType(), generation.protocol(), own);
        return Decision.of(
                new SyncOutcome.Answered(answer), List.of(new Assigned(group.id(), generation.number(), byMember)));
    }

    private static Decision<GroupRecord, SyncOutcome> answer(SyncAnswer answer) {
        return Decision.answer(new SyncOutcome.Answered(answer));
    }
}
