package org.isthmus.broker.coordinator.group;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.Bytes;
import org.isthmus.broker.coordinator.Decision;
import org.isthmus.broker.coordinator.View;
import org.isthmus.broker.coordinator.group.GroupRecord.Assigned;
import org.isthmus.broker.coordinator.group.GroupRecord.EpochsForgotten;
import org.isthmus.broker.coordinator.group.GroupRecord.GenerationChanged;
import org.isthmus.broker.coordinator.group.GroupRecord.MemberRemoved;
import org.isthmus.broker.coordinator.group.GroupRecord.MemberSaved;

/** Decides on a wish to join a group. Stateless. */
final class Joining {
    private Joining() {}

    /** @param named whether the member's id was given to it here and not used yet */
    static Decision<GroupRecord, JoinOutcome> decide(
            View<GroupMachine> view, JoinRequest request, boolean named, int maxSize, Scene scene) {
        var group = view.state().group(request.groupId());
        if (!group.consumers().members().isEmpty()) {
            return Bridging.join(view, group, request, named, scene);
        }
        if (!fits(group, request)) {
            return refuse(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, request);
        }
        var decision = decide(view, group, request, named, maxSize);
        if (!group.isOfConsumers() || decision.records().isEmpty()) {
            return decision;
        }
        // Nobody belongs to it, so what it has of the consumer protocol ends here; its offsets stay.
        var records = new ArrayList<GroupRecord>();
        records.add(new EpochsForgotten(group.id()));
        records.addAll(decision.records());
        return Decision.of(decision.answer(), records);
    }

    private static Decision<GroupRecord, JoinOutcome> decide(
            View<GroupMachine> view, Group group, JoinRequest request, boolean named, int maxSize) {
        if (request.memberId().isEmpty()) {
            return joinAnew(view, group, request, maxSize);
        }
        if (named && group.member(request.memberId()) == null) {
            return admit(view, group, request, request.memberId(), maxSize);
        }
        var caller = new Caller(group.id(), request.memberId(), request.instanceId(), -1);
        var identity = Membership.identify(group, caller);
        return identity == ErrorCode.NONE ? rejoin(view, group, request) : refuse(identity, request);
    }

    /** Whether the others and this member have a protocol in common. */
    private static boolean fits(Group group, JoinRequest request) {
        var others = group.members().stream()
                .filter(member -> !member.id().equals(request.memberId()))
                .filter(member ->
                        request.instanceId() == null || !request.instanceId().equals(member.instanceId()))
                .toList();
        if (others.isEmpty()) {
            return true;
        }
        return request.protocolType().equals(group.generation().protocolType())
                && request.protocols().stream()
                        .anyMatch(protocol -> others.stream().allMatch(other -> other.knows(protocol.name())));
    }

    private static Decision<GroupRecord, JoinOutcome> joinAnew(
            View<GroupMachine> view, Group group, JoinRequest request, int maxSize) {
        var memberId = request.newMemberId(view.ids().get());
        if (request.instanceId() != null) {
            var earlier = group.staticMember(request.instanceId());
            return earlier.isPresent()
                    ? replace(view, group, earlier.get(), request, memberId)
                    : admit(view, group, request, memberId, maxSize);
        }
        return request.learnsIdFirst()
                ? Decision.answer(new JoinOutcome.Named(memberId))
                : admit(view, group, request, memberId, maxSize);
    }

    private static Decision<GroupRecord, JoinOutcome> admit(
            View<GroupMachine> view, Group group, JoinRequest request, String memberId, int maxSize) {
        if (group.members().size() >= maxSize) {
            return refuse(ErrorCode.GROUP_MAX_SIZE_REACHED, request);
        }
        return waitForNext(view, group, request, memberId);
    }

    private static Decision<GroupRecord, JoinOutcome> rejoin(
            View<GroupMachine> view, Group group, JoinRequest request) {
        var member = request.asMember(request.memberId());
        var before = group.member(member.id());
        var unchanged = before != null && before.protocols().equals(member.protocols());
        var leads = member.id().equals(group.generation().leader());
        // A leader that comes again in a stable group wants to assign anew: it saw partitions appear, or its own wishes
        // changed.
        var nothingToDo =
                group.phase() == GroupPhase.COMPLETING_REBALANCE || (group.phase() == GroupPhase.STABLE && !leads);
        return unchanged && nothingToDo
                ? Decision.answer(new JoinOutcome.Answered(JoinAnswer.of(group, member.id())))
                : waitForNext(view, group, request, member.id());
    }

    /** A static member came back without its id. The new one takes the old one's place; the old one, should it still run, is fenced. */
    private static Decision<GroupRecord, JoinOutcome> replace(
            View<GroupMachine> view, Group group, Member earlier, JoinRequest request, String memberId) {
        var records = new ArrayList<GroupRecord>();
        records.add(new MemberRemoved(group.id(), earlier.id()));
        var member = request.asMember(memberId);
        records.add(new MemberSaved(group.id(), member));
        var led = earlier.id().equals(group.generation().leader());
        var generation = led ? group.generation().ledBy(memberId) : group.generation();
        var saysTheSame = member.metadata(generation.protocol()).equals(earlier.metadata(generation.protocol()));
        if (group.phase() != GroupPhase.STABLE || !saysTheSame) {
            var gathering = generation.gathering(request.protocolType(), view.nowMs());
            records.add(new GenerationChanged(group.id(), gathering));
            return Decision.of(new JoinOutcome.Waits(memberId), records);
        }
        if (led) {
            records.add(new GenerationChanged(group.id(), generation));
        }
        records.add(new Assigned(group.id(), generation.number(), renamed(group, earlier.id(), memberId)));
        return Decision.of(new JoinOutcome.Answered(resumed(group, generation, member, earlier, request)), records);
    }

    private static JoinAnswer resumed(
            Group group, Generation generation, Member member, Member earlier, JoinRequest request) {
        if (earlier.id().equals(group.generation().leader()) && !request.takesSkippedAssignment()) {
            // It must not assign, and its version has no other way to be told so than that somebody else leads.
            return JoinAnswer.of(generation.ledBy(earlier.id()), List.of(), member.id(), false);
        }
        var members = new ArrayList<>(group.members());
        members.replaceAll(other -> other.id().equals(earlier.id()) ? member : other);
        return JoinAnswer.of(generation, members, member.id(), true);
    }

    private static Map<String, Bytes> renamed(Group group, String from, String to) {
        var assignment = new TreeMap<>(group.assignment());
        var own = assignment.remove(from);
        if (own != null) {
            assignment.put(to, own);
        }
        return assignment;
    }

    private static Decision<GroupRecord, JoinOutcome> waitForNext(
            View<GroupMachine> view, Group group, JoinRequest request, String memberId) {
        var records = new ArrayList<GroupRecord>();
        var member = request.asMember(memberId);
        if (!member.equals(group.member(memberId))) {
            records.add(new MemberSaved(group.id(), member));
        }
        if (group.phase() != GroupPhase.PREPARING_REBALANCE) {
            var gathering = group.generation().gathering(request.protocolType(), view.nowMs());
            records.add(new GenerationChanged(group.id(), gathering));
        }
        return Decision.of(new JoinOutcome.Waits(memberId), records);
    }

    private static Decision<GroupRecord, JoinOutcome> refuse(ErrorCode error, JoinRequest request) {
        return Decision.answer(new JoinOutcome.Answered(JoinAnswer.refused(error, request.memberId())));
    }
}
