package org.isthmus.broker.coordinator.group;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.Decision;
import org.isthmus.broker.coordinator.View;
import org.jspecify.annotations.Nullable;

/**
 * Decides on what members of a group of consumers say in the classic protocol. They never wait for each other: whoever joins is told at once
 * what is free of what the broker gave to it, and hears with a heartbeat that it is to join again, for more or for less. Stateless.
 */
final class Bridging {
    private Bridging() {}

    /** @param named whether the member's id was given to it here and not used yet */
    static Decision<GroupRecord, JoinOutcome> join(
            View<GroupMachine> view, Group group, JoinRequest request, boolean named, Scene scene) {
        var namesake = request.instanceId() == null ? null : group.consumers().staticMember(request.instanceId());
        var refusal = refusal(group.consumers(), request, namesake, named, scene.config());
        if (refusal != ErrorCode.NONE) {
            return answer(JoinAnswer.refused(refusal, request.memberId()));
        }
        if (!request.memberId().isEmpty()) {
            return admit(view, group, request.asMember(request.memberId()), namesake, scene);
        }
        var memberId = request.newMemberId(view.ids().get());
        return request.instanceId() == null && request.learnsIdFirst()
                ? Decision.answer(new JoinOutcome.Named(memberId))
                : admit(view, group, request.asMember(memberId), namesake, scene);
    }

    private static ErrorCode refusal(
            Consumers consumers,
            JoinRequest request,
            @Nullable Consumer namesake,
            boolean named,
            ConsumerGroupConfig config) {
        var isNew = namesake == null && consumers.member(request.memberId()) == null;
        if (config.migration().admits() && isNew && consumers.members().size() >= config.maxSize()) {
            return ErrorCode.GROUP_MAX_SIZE_REACHED;
        }
        if (!config.migration().admits() || !fits(consumers.members().values(), request)) {
            return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
        }
        if (request.memberId().isEmpty() || named) {
            return ErrorCode.NONE;
        }
        if (namesake != null && !namesake.id().equals(request.memberId())) {
            return ErrorCode.FENCED_INSTANCE_ID;
        }
        // Apache Kafka lets it in under the id that it once had. But what it still reads may be another's by now, and
        // only who hears that it is unknown stops reading.
        return isNew ? ErrorCode.UNKNOWN_MEMBER_ID : ErrorCode.NONE;
    }

    /** Whether it is a consumer, and the other classic members and it have a protocol in common. */
    private static boolean fits(Collection<Consumer> members, JoinRequest request) {
        var isConsumer = request.protocolType().equals(ConsumerProtocol.TYPE)
                && ConsumerProtocol.subscription(request.protocols().get(0).metadata())
                        .isPresent();
        var others = members.stream()
                .filter(member -> !member.id().equals(request.memberId()))
                .filter(member -> request.instanceId() == null
                        || !request.instanceId().equals(member.profile().instanceId()))
                .map(Consumer::classic)
                .toList();
        return isConsumer
                && request.protocols().stream().anyMatch(protocol -> others.stream()
                        .allMatch(other -> other == null || other.knows(protocol.name())));
    }

    private static Decision<GroupRecord, JoinOutcome> admit(
            View<GroupMachine> view, Group group, Member member, @Nullable Consumer namesake, Scene scene) {
        var plan = new TargetPlan(group, scene.image(), view.nowMs());
        var known = group.consumers().member(member.id());
        var before = known != null ? known : plan.successor(member.id(), namesake);
        var owned = Migration.subscription(member.protocols())
                .map(subscription -> ConsumerProtocol.ids(subscription.owned(), scene.image()))
                .orElse(Partitions.NONE);
        // It speaks of topics by their names: what it reads of one that was made anew is not what it was given. Nobody
        // else gets that either until it has let go.
        var holding = (before == null ? Holding.NONE : before.holding()).claiming(plan.unheld(owned, member.id()));
        var classic = new Classic(member.sessionTimeoutMs(), member.protocols());
        plan.put(new Consumer(member.id(), Migration.profile(member), holding, classic), before);
        if (Migration.isDowngradeDue(plan.members(), scene.config())) {
            return Decision.of(
                    new JoinOutcome.Waits(member.id()),
                    Migration.downgrade(group, plan.members(), scene.image(), view.nowMs()));
        }
        plan.aim(scene.isNew());
        var after = plan.reconcile(member.id(), owned);
        var joined = new JoinAnswer(
                ErrorCode.NONE,
                member.id(),
                after.holding().epoch(),
                ConsumerProtocol.TYPE,
                classic.protocol(),
                "",
                false,
                List.of());
        return Decision.of(new JoinOutcome.Answered(joined), plan.records());
    }

    static Decision<GroupRecord, SyncOutcome> sync(Group group, SyncRequest request, Scene scene) {
        var consumers = group.consumers();
        var error = check(consumers, request.caller());
        var member = consumers.member(request.caller().memberId());
        if (error != ErrorCode.NONE || member == null || member.classic() == null) {
            return answer(SyncAnswer.refused(error));
        }
        var protocol = member.classic().protocol();
        if (!agrees(request.protocolType(), ConsumerProtocol.TYPE) || !agrees(request.protocol(), protocol)) {
            return answer(SyncAnswer.refused(ErrorCode.INCONSISTENT_GROUP_PROTOCOL));
        }
        // Whoever still has to give up hears of that here, and joins again by itself.
        if (isBehind(consumers, member) && member.holding().revoking().isEmpty()) {
            return answer(SyncAnswer.refused(ErrorCode.REBALANCE_IN_PROGRESS));
        }
        var assignment = Migration.assignment(member, member.holding().assigned(), scene.image());
        return answer(new SyncAnswer(ErrorCode.NONE, ConsumerProtocol.TYPE, protocol, assignment));
    }

    static ErrorCode heartbeat(Consumers consumers, Caller caller) {
        var error = check(consumers, caller);
        var member = consumers.member(caller.memberId());
        if (error != ErrorCode.NONE || member == null) {
            return error;
        }
        return isToRejoin(consumers, member) ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
    }

    /** The caller as a classic member that stands where it says, if it is one. */
    private static ErrorCode check(Consumers consumers, Caller caller) {
        var namesake = Optional.ofNullable(caller.instanceId()).map(consumers::staticMember);
        if (namesake.isPresent() && !namesake.get().id().equals(caller.memberId())) {
            return ErrorCode.FENCED_INSTANCE_ID;
        }
        var member = consumers.member(caller.memberId());
        if (member == null || !member.isClassic() || (caller.instanceId() != null && namesake.isEmpty())) {
            return ErrorCode.UNKNOWN_MEMBER_ID;
        }
        return caller.generation() == member.holding().epoch() ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
    }

    private static boolean isBehind(Consumers consumers, Consumer member) {
        return member.holding().epoch() < consumers.epochs().group();
    }

    private static boolean isToRejoin(Consumers consumers, Consumer member) {
        var holding = member.holding();
        if (isBehind(consumers, member) || !holding.revoking().isEmpty()) {
            return true;
        }
        var missing = Partitions.where(
                consumers.target(member.id()), partition -> !holding.assigned().contains(partition));
        return !missing.isEmpty()
                && consumers.members().values().stream()
                        .filter(other -> !other.id().equals(member.id()))
                        .noneMatch(other -> missing.stream().anyMatch(other.holding()::has));
    }

    private static boolean agrees(@Nullable String believed, String actual) {
        return believed == null || believed.equals(actual);
    }

    private static Decision<GroupRecord, JoinOutcome> answer(JoinAnswer answer) {
        return Decision.answer(new JoinOutcome.Answered(answer));
    }

    private static Decision<GroupRecord, SyncOutcome> answer(SyncAnswer answer) {
        return Decision.answer(new SyncOutcome.Answered(answer));
    }
}
