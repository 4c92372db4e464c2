package org.isthmus.broker.coordinator.group;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import org.isthmus.broker.coordinator.group.GroupRecord.AssignmentForgotten;
import org.isthmus.broker.coordinator.group.GroupRecord.ConsumerRemoved;
import org.isthmus.broker.coordinator.group.GroupRecord.ConsumerSaved;
import org.isthmus.broker.coordinator.group.GroupRecord.EpochsChanged;
import org.isthmus.broker.coordinator.group.GroupRecord.GenerationForgotten;
import org.isthmus.broker.coordinator.group.GroupRecord.TargetRemoved;
import org.isthmus.broker.coordinator.group.GroupRecord.TargetSaved;
import org.isthmus.broker.metadata.ClusterImage;
import org.jspecify.annotations.Nullable;

/**
 * What a group of consumers will be once one heartbeat is decided: a working copy of members, target and epochs, and the records that lead
 * there. Lives as long as its decision.
 */
final class TargetPlan {
    private final Group group;
    private final Interest interest;
    private final long nowMs;
    private final TreeMap<String, Consumer> members;
    private final TreeMap<String, SortedSet<PartitionId>> targets;
    private final List<GroupRecord> records = new ArrayList<>();
    private Epochs epochs;
    private boolean isRaised;

    TargetPlan(Group group, ClusterImage image, long nowMs) {
        this.group = group;
        this.interest = new Interest(image);
        this.nowMs = nowMs;
        var consumers = group.consumers();
        members = new TreeMap<>(consumers.members());
        targets = new TreeMap<>(consumers.targets());
        epochs = consumers.epochs();
        if (!group.isOfConsumers() && !group.isDead()) {
            // Nobody belongs to it, so what it has of the classic protocol ends here; its offsets stay.
            records.add(new GenerationForgotten(group.id()));
            records.add(new AssignmentForgotten(group.id()));
        }
    }

    /** A static member comes back under another id and gets the place of the one that left. */
    @Nullable
    Consumer successor(String memberId, @Nullable Consumer predecessor) {
        if (predecessor == null) {
            return null;
        }
        members.remove(predecessor.id());
        records.add(new ConsumerRemoved(group.id(), predecessor.id()));
        var target = targets.remove(predecessor.id());
        if (target != null) {
            records.add(new TargetRemoved(group.id(), predecessor.id()));
            records.add(new TargetSaved(group.id(), memberId, target));
            targets.put(memberId, target);
        }
        return new Consumer(
                memberId, predecessor.profile(), predecessor.holding().resumed(), predecessor.classic());
    }

    /** @param before the member as it was, or null for a new one */
    void put(Consumer member, @Nullable Consumer before) {
        members.put(member.id(), member);
        if (before == null || !before.profile().wantsTheSameAs(member.profile())) {
            raise();
        }
    }

    Collection<Consumer> members() {
        return members.values();
    }

    /** Makes a new target where the present one is not made of what is so now. */
    void aim(boolean imageIsNew) {
        if (imageIsNew
                && epochs.isTargetCurrent()
                && !interest.topics(members.values()).equals(epochs.topics())) {
            raise();
        }
        if (epochs.isTargetCurrent()) {
            return;
        }
        var demand = interest.demand(members, targets);
        var assignor = Assignor.preferredBy(members.values());
        assignor.divide(demand).forEach((memberId, target) -> {
            if (!target.equals(targets.put(memberId, target))) {
                records.add(new TargetSaved(group.id(), memberId, target));
            }
        });
        epochs = epochs.targeted(assignor.wireName(), demand.topics());
    }

    /** Takes the member as near to the target as it can come now. */
    Consumer reconcile(String memberId, @Nullable SortedSet<PartitionId> owned) {
        var member = members.get(memberId);
        if (member == null) {
            throw new IllegalStateException(memberId + " is not part of the plan for " + group.id());
        }
        var target = targets.getOrDefault(memberId, Partitions.NONE);
        var holding = Reconciliation.next(
                member.holding(), epochs.target(), target, owned, partition -> isHeldByOther(partition, memberId));
        var after = member.with(holding);
        members.put(memberId, after);
        if (!after.equals(group.consumers().member(memberId))) {
            records.add(new ConsumerSaved(group.id(), after));
        }
        return after;
    }

    /** Those that no other member has. */
    SortedSet<PartitionId> unheld(Collection<PartitionId> partitions, String memberId) {
        return Partitions.where(partitions, partition -> !isHeldByOther(partition, memberId));
    }

    List<GroupRecord> records() {
        if (!epochs.equals(group.consumers().epochs())) {
            records.add(new EpochsChanged(group.id(), epochs));
        }
        return records;
    }

    private boolean isHeldByOther(PartitionId partition, String memberId) {
        return members.values().stream()
                .anyMatch(
                        other -> !other.id().equals(memberId) && other.holding().has(partition));
    }

    private void raise() {
        if (!isRaised) {
            isRaised = true;
            epochs = epochs.raised(nowMs);
        }
    }
}
