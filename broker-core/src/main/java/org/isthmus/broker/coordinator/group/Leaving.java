package org.isthmus.broker.coordinator.group;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.Decision;
import org.isthmus.broker.coordinator.View;

/** Decides on members that go, or have fallen silent. Stateless. */
final class Leaving {
    private Leaving() {}

    /** Each leaver's outcome, in the order of the request. */
    static Decision<GroupRecord, List<ErrorCode>> leave(
            View<GroupMachine> view, String groupId, List<Leaver> leavers, Set<String> named, Scene scene) {
        var group = view.state().group(groupId);
        if (group.isOfConsumers()) {
            return removeConsumers(group, leavers, scene, view.nowMs());
        }
        var outcomes = new ArrayList<ErrorCode>();
        var gone = new LinkedHashSet<String>();
        for (var leaver : leavers) {
            var outcome = outcome(group, leaver, named);
            outcomes.add(outcome);
            if (outcome == ErrorCode.NONE) {
                gone.add(memberId(group, leaver));
            }
        }
        return Decision.of(outcomes, Rebalance.without(group, gone, view.nowMs()));
    }

    /** Classic members leave a group of consumers, or an administrator removes members; the others leave with a heartbeat. */
    private static Decision<GroupRecord, List<ErrorCode>> removeConsumers(
            Group group, List<Leaver> leavers, Scene scene, long nowMs) {
        var outcomes = new ArrayList<ErrorCode>();
        var gone = new LinkedHashSet<String>();
        for (var leaver : leavers) {
            var member = leaver.instanceId() == null
                    ? group.consumers().member(leaver.memberId())
                    : group.consumers().staticMember(leaver.instanceId());
            if (member == null) {
                outcomes.add(ErrorCode.UNKNOWN_MEMBER_ID);
            } else if (!leaver.memberId().isEmpty() && !leaver.memberId().equals(member.id())) {
                outcomes.add(ErrorCode.FENCED_INSTANCE_ID);
            } else {
                outcomes.add(ErrorCode.NONE);
                gone.add(member.id());
            }
        }
        return Decision.of(outcomes, Consuming.without(group, gone, scene, nowMs));
    }

    /** Members whose time is over. Answers nobody. */
    static Decision<GroupRecord, Boolean> expire(View<GroupMachine> view, String groupId, Set<String> memberIds) {
        var records = Rebalance.without(view.state().group(groupId), memberIds, view.nowMs());
        return Decision.of(!records.isEmpty(), records);
    }

    private static ErrorCode outcome(Group group, Leaver leaver, Set<String> named) {
        if (leaver.instanceId() == null) {
            var known = group.member(leaver.memberId()) != null || named.contains(leaver.memberId());
            return known ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
        }
        return group.staticMember(leaver.instanceId())
                .map(member -> leaver.memberId().isEmpty() || leaver.memberId().equals(member.id())
                        ? ErrorCode.NONE
                        : ErrorCode.FENCED_INSTANCE_ID)
                .orElse(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    private static String memberId(Group group, Leaver leaver) {
        return leaver.instanceId() == null
                ? leaver.memberId()
                : group.staticMember(leaver.instanceId()).map(Member::id).orElse(leaver.memberId());
    }
}
