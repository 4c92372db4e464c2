package org.isthmus.broker.coordinator.group;

import org.isthmus.broker.common.ErrorCode;

/** Whether a caller is who it says it is. */
final class Membership {
    private Membership() {}

    /** Why the caller does not belong to the group's present generation; {@code NONE} where it does. */
    static ErrorCode check(Group group, Caller caller) {
        var identity = identify(group, caller);
        if (identity != ErrorCode.NONE) {
            return identity;
        }
        return caller.generation() == group.generation().number() ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
    }

    /** Why the caller does not stand where it says in a group of consumers; {@code NONE} where it does. */
    static ErrorCode checkEpoch(Consumers consumers, Caller caller) {
        var member = consumers.member(caller.memberId());
        if (member == null) {
            return ErrorCode.UNKNOWN_MEMBER_ID;
        }
        if (member.holding().epoch() == caller.generation()) {
            return ErrorCode.NONE;
        }
        return member.isClassic() ? ErrorCode.ILLEGAL_GENERATION : ErrorCode.STALE_MEMBER_EPOCH;
    }

    /** Why the caller is not a member, whatever its generation; {@code NONE} where it is. */
    static ErrorCode identify(Group group, Caller caller) {
        if (caller.instanceId() == null) {
            return group.member(caller.memberId()) == null ? ErrorCode.UNKNOWN_MEMBER_ID : ErrorCode.NONE;
        }
        return group.staticMember(caller.instanceId())
                .map(member -> member.id().equals(caller.memberId()) ? ErrorCode.NONE : ErrorCode.FENCED_INSTANCE_ID)
                .orElse(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    /** The answer to a sign of life: a member that is to rejoin hears of it here. */
    static ErrorCode heartbeat(Group group, Caller caller) {
        if (!group.consumers().members().isEmpty()) {
            return Bridging.heartbeat(group.consumers(), caller);
        }
        var error = check(group, caller);
        if (error != ErrorCode.NONE) {
            return error;
        }
        return group.phase() == GroupPhase.PREPARING_REBALANCE ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
    }
}
