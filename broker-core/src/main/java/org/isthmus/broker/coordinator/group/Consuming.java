package org.isthmus.broker.coordinator.group;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.Decision;
import org.isthmus.broker.coordinator.View;
import org.isthmus.broker.coordinator.group.GroupRecord.ConsumerRemoved;
import org.isthmus.broker.coordinator.group.GroupRecord.ConsumerSaved;
import org.isthmus.broker.coordinator.group.GroupRecord.EpochsChanged;
import org.isthmus.broker.coordinator.group.GroupRecord.TargetRemoved;
import org.jspecify.annotations.Nullable;

/** Decides on the heartbeats of members that speak the consumer protocol (KIP-848), and on those that fall silent. Stateless. */
final class Consuming {
    private Consuming() {}

    /** A member joins, stays or goes. */
    static Decision<GroupRecord, ConsumerAnswer> decide(View<GroupMachine> view, ConsumerBeat beat, Scene scene) {
        var group = view.state().group(beat.groupId());
        if (!group.isOfConsumers() && !beat.joins()) {
            return refuse(ErrorCode.GROUP_ID_NOT_FOUND, group.id() + " is no group of the consumer protocol");
        }
        return group.members().isEmpty() ? decide(view, group, beat, scene) : upgrade(view, group, beat, scene);
    }

    /** The first consumer takes a classic group with it. */
    private static Decision<GroupRecord, ConsumerAnswer> upgrade(
            View<GroupMachine> view, Group group, ConsumerBeat beat, Scene scene) {
        var objection = Migration.objectionToUpgrade(group, scene.config());
        if (objection.isPresent()) {
            return refuse(ErrorCode.GROUP_ID_NOT_FOUND, group.id() + " cannot be joined: " + objection.get());
        }
        var migration = Migration.upgrade(group, scene.image(), view.nowMs());
        var decision = decide(view, Group.of(group.id(), migration), beat, scene);
        if (decision.records().isEmpty()) {
            // It was refused, so the group stays what it is.
            return decision;
        }
        var records = new ArrayList<GroupRecord>(migration);
        records.addAll(decision.records());
        return Decision.of(decision.answer(), records);
    }

    private static Decision<GroupRecord, ConsumerAnswer> decide(
            View<GroupMachine> view, Group group, ConsumerBeat beat, Scene scene) {
        var refusal = refusal(group.consumers(), beat, scene.config().maxSize());
        if (refusal.isPresent()) {
            return Decision.answer(refusal.get());
        }
        if (beat.leaves()) {
            return leave(view, group, beat, scene);
        }
        var consumers = group.consumers();
        var before = consumers.member(beat.memberId());
        if (before != null
                && !beat.joins()
                && !before.isClassic()
                && !scene.isNew()
                && consumers.epochs().isTargetCurrent()
                && consumers.isSettled(before)
                && before.profile().equals(profile(beat, before.profile()))) {
            return Decision.answer(answer(beat, before, false));
        }
        return follow(view, group, beat, scene);
    }

    private static Decision<GroupRecord, ConsumerAnswer> follow(
            View<GroupMachine> view, Group group, ConsumerBeat beat, Scene scene) {
        var plan = new TargetPlan(group, scene.image(), view.nowMs());
        var known = group.consumers().member(beat.memberId());
        var member = known != null ? known : plan.successor(beat.memberId(), namesake(group.consumers(), beat));
        var profile = profile(beat, member == null ? null : member.profile());
        var holding = member == null || (known != null && beat.joins()) ? Holding.NONE : member.holding();
        plan.put(new Consumer(beat.memberId(), profile, holding, null), member);
        plan.aim(scene.isNew());
        var after = plan.reconcile(beat.memberId(), beat.owned());
        var changed = !after.holding().assigned().equals(holding.assigned());
        return Decision.of(answer(beat, after, changed), plan.records());
    }

    /** Members whose time is over. */
    static Decision<GroupRecord, Boolean> expire(
            View<GroupMachine> view, String groupId, Collection<String> memberIds, Scene scene) {
        var group = view.state().group(groupId);
        var gone = memberIds.stream()
                .filter(id -> group.consumers().member(id) != null)
                .toList();
        return Decision.of(!gone.isEmpty(), without(group, gone, scene, view.nowMs()));
    }

    /**
     * What it takes to go on without some members: who stays gets a new target with the next heartbeat of anybody, or, where only classic
     * members stay, another generation.
     */
    static List<GroupRecord> without(Group group, Collection<String> memberIds, Scene scene, long nowMs) {
        var staying = group.consumers().members().values().stream()
                .filter(member -> !memberIds.contains(member.id()))
                .toList();
        if (!memberIds.isEmpty() && Migration.isDowngradeDue(staying, scene.config())) {
            return Migration.downgrade(group, staying, scene.image(), nowMs);
        }
        var records = new ArrayList<GroupRecord>();
        for (var id : memberIds) {
            records.add(new ConsumerRemoved(group.id(), id));
            if (group.consumers().targets().containsKey(id)) {
                records.add(new TargetRemoved(group.id(), id));
            }
        }
        if (!records.isEmpty()) {
            records.add(new EpochsChanged(group.id(), group.consumers().epochs().raised(nowMs)));
        }
        return records;
    }

    private static Decision<GroupRecord, ConsumerAnswer> leave(
            View<GroupMachine> view, Group group, ConsumerBeat beat, Scene scene) {
        var answer = ConsumerAnswer.gone(beat.memberId(), beat.epoch());
        var member = group.consumers().member(beat.memberId());
        if (member != null && beat.epoch() == ConsumerBeat.STEP_ASIDE) {
            var away = member.with(member.holding().away());
            return Decision.of(answer, List.of(new ConsumerSaved(group.id(), away)));
        }
        return Decision.of(answer, without(group, List.of(beat.memberId()), scene, view.nowMs()));
    }

    // Whether the member is who it says it is, and where it says it is

    private static Optional<ConsumerAnswer> refusal(Consumers consumers, ConsumerBeat beat, int maxSize) {
        var namesake = namesake(consumers, beat);
        if (beat.joins()) {
            return refusalToJoin(consumers, beat, namesake, maxSize);
        }
        if (beat.instanceId() != null && namesake == null) {
            return refusal(ErrorCode.UNKNOWN_MEMBER_ID, "there is no static member " + beat.instanceId());
        }
        if (namesake != null && !namesake.id().equals(beat.memberId())) {
            return refusal(ErrorCode.FENCED_INSTANCE_ID, "static member " + beat.instanceId() + " has another id now");
        }
        var member = consumers.member(beat.memberId());
        if (member == null) {
            return refusal(ErrorCode.UNKNOWN_MEMBER_ID, "there is no member " + beat.memberId());
        }
        return beat.leaves() ? Optional.empty() : refusalOfEpoch(member.holding(), beat);
    }

    private static Optional<ConsumerAnswer> refusalToJoin(
            Consumers consumers, ConsumerBeat beat, @Nullable Consumer namesake, int maxSize) {
        if (namesake != null
                && !namesake.id().equals(beat.memberId())
                && !namesake.isClassic()
                && !namesake.holding().isAway()) {
            return refusal(
                    ErrorCode.UNRELEASED_INSTANCE_ID, "static member " + beat.instanceId() + " has not left the group");
        }
        var isNew = namesake == null && consumers.member(beat.memberId()) == null;
        return isNew && consumers.members().size() >= maxSize
                ? refusal(ErrorCode.GROUP_MAX_SIZE_REACHED, "the group has " + maxSize + " members")
                : Optional.empty();
    }

    private static Optional<ConsumerAnswer> refusalOfEpoch(Holding holding, ConsumerBeat beat) {
        if (beat.epoch() == holding.epoch()) {
            return Optional.empty();
        }
        // It did not hear the last answer, and has nothing that it was asked to give up.
        var missedOne = beat.epoch() == holding.previousEpoch()
                && beat.owned() != null
                && holding.assigned().containsAll(beat.owned());
        return missedOne
                ? Optional.empty()
                : refusal(
                        ErrorCode.FENCED_MEMBER_EPOCH,
                        "epoch " + beat.epoch() + " is not the member's, which is " + holding.epoch());
    }

    private static @Nullable Consumer namesake(Consumers consumers, ConsumerBeat beat) {
        return beat.instanceId() == null ? null : consumers.staticMember(beat.instanceId());
    }

    // Answers

    private static ConsumerAnswer answer(ConsumerBeat beat, Consumer member, boolean changed) {
        // Who says what it reads may have missed what it was told to read.
        var assignment = changed || beat.owned() != null ? member.holding().assigned() : null;
        return new ConsumerAnswer(
                ErrorCode.NONE, null, member.id(), member.holding().epoch(), assignment);
    }

    private static Optional<ConsumerAnswer> refusal(ErrorCode error, String message) {
        return Optional.of(ConsumerAnswer.refused(error, message));
    }

    private static Decision<GroupRecord, ConsumerAnswer> refuse(ErrorCode error, String message) {
        return Decision.answer(ConsumerAnswer.refused(error, message));
    }

    private static Profile profile(ConsumerBeat beat, @Nullable Profile before) {
        var pattern = orBefore(beat.pattern(), before, Profile::pattern);
        var timeoutMs = beat.rebalanceTimeoutMs() < 0 && before != null
                ? before.rebalanceTimeoutMs()
                : beat.rebalanceTimeoutMs();
        return new Profile(
                orBefore(beat.instanceId(), before, Profile::instanceId),
                orBefore(beat.rackId(), before, Profile::rackId),
                beat.clientId(),
                beat.clientHost(),
                timeoutMs,
                beat.topics() != null || before == null ? Profile.sorted(beat.topics()) : before.topics(),
                pattern == null || pattern.isEmpty() ? null : pattern,
                orBefore(beat.assignor(), before, Profile::assignor));
    }

    private static @Nullable String orBefore(
            @Nullable String said, @Nullable Profile before, Function<Profile, @Nullable String> field) {
        return said != null || before == null ? said : field.apply(before);
    }
}
