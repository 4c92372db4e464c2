package org.isthmus.broker.coordinator.group;

import java.util.Collections;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The members of a group that speaks the consumer protocol, the target that the broker made for them, and its epochs. Owned by {@link
 * Group}; changed in replay only.
 *
 * <p>Invariant: of any partition at most one member's holding has it, whether assigned or still to be revoked.
 */
final class Consumers {
    private final SortedMap<String, Consumer> members = new TreeMap<>();
    private final SortedMap<String, SortedSet<PartitionId>> targets = new TreeMap<>();
    private Epochs epochs = Epochs.NONE;

    /** Whether the group does not speak this protocol. */
    boolean isNone() {
        return epochs.equals(Epochs.NONE) && members.isEmpty() && targets.isEmpty();
    }

    Epochs epochs() {
        return epochs;
    }

    SortedMap<String, Consumer> members() {
        return Collections.unmodifiableSortedMap(members);
    }

    @Nullable
    Consumer member(String memberId) {
        return members.get(memberId);
    }

    @Nullable
    Consumer staticMember(String instanceId) {
        return members.values().stream()
                .filter(member -> instanceId.equals(member.profile().instanceId()))
                .findFirst()
                .orElse(null);
    }

    SortedMap<String, SortedSet<PartitionId>> targets() {
        return Collections.unmodifiableSortedMap(targets);
    }

    SortedSet<PartitionId> target(String memberId) {
        return targets.getOrDefault(memberId, Partitions.NONE);
    }

    /** Whether the member has reached the present target. */
    boolean isSettled(Consumer member) {
        var holding = member.holding();
        return holding.epoch() == epochs.target()
                && holding.revoking().isEmpty()
                && holding.assigned().equals(target(member.id()));
    }

    GroupPhase phase() {
        if (members.isEmpty()) {
            return GroupPhase.EMPTY;
        }
        if (!epochs.isTargetCurrent()) {
            return GroupPhase.ASSIGNING;
        }
        return members.values().stream().allMatch(this::isSettled) ? GroupPhase.STABLE : GroupPhase.RECONCILING;
    }

    void replay(GroupRecord.ConsumerSaved saved) {
        members.put(saved.consumer().id(), saved.consumer());
    }

    void replay(GroupRecord.ConsumerRemoved removed) {
        members.remove(removed.memberId());
    }

    void replay(GroupRecord.TargetSaved saved) {
        targets.put(saved.memberId(), saved.partitions());
    }

    void replay(GroupRecord.TargetRemoved removed) {
        targets.remove(removed.memberId());
    }

    void replay(GroupRecord.EpochsChanged changed) {
        epochs = changed.epochs();
    }

    void replay(GroupRecord.EpochsForgotten forgotten) {
        epochs = Epochs.NONE;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Consumers consumers
                && members.equals(consumers.members)
                && targets.equals(consumers.targets)
                && epochs.equals(consumers.epochs);
    }

    @Override
    public int hashCode() {
        return Objects.hash(members, targets, epochs);
    }

    @Override
    public String toString() {
        return epochs + " " + members.values() + " targets=" + targets;
    }
}
