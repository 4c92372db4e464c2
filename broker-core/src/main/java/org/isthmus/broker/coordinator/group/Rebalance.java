package org.isthmus.broker.coordinator.group;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import org.isthmus.broker.coordinator.Decision;
import org.isthmus.broker.coordinator.View;
import org.isthmus.broker.coordinator.group.GroupRecord.GenerationChanged;
import org.isthmus.broker.coordinator.group.GroupRecord.MemberRemoved;

/** Decides when a group's next generation begins, and who belongs to it. Stateless. */
final class Rebalance {
    private Rebalance() {}

    /**
     * Begins the next generation where nobody is missing, or where time is up. Who is late then is left behind; a static member is not,
     * because its place is kept until its session ends.
     *
     * @param present the members that wait for the generation, in the order in which they came
     * @return whether the group is done with gathering
     */
    static Decision<GroupRecord, Boolean> complete(
            View<GroupMachine> view, String groupId, List<String> present, boolean timeIsUp) {
        var group = view.state().group(groupId);
        if (group.phase() != GroupPhase.PREPARING_REBALANCE) {
            return Decision.answer(true);
        }
        var here = present.stream().filter(id -> group.member(id) != null).toList();
        var missing = group.members().stream()
                .filter(member -> !here.contains(member.id()))
                .toList();
        if (!missing.isEmpty() && !timeIsUp) {
            return Decision.answer(false);
        }
        var left = missing.stream()
                .filter(member -> !member.isStatic())
                .map(Member::id)
                .toList();
        if (here.isEmpty() && left.size() < missing.size()) {
            return Decision.of(false, removals(group, left));
        }
        return Decision.of(true, nextGeneration(group, here, left, view.nowMs()));
    }

    /** What it takes to go on without some members. Those that stay are gathered anew; without any, the group is empty. */
    static List<GroupRecord> without(Group group, Set<String> gone, long nowMs) {
        var records = removals(group, gone);
        if (records.isEmpty()) {
            return records;
        }
        var generation = group.generation();
        if (records.size() == group.members().size()) {
            records.add(new GenerationChanged(group.id(), generation.emptied(nowMs)));
        } else if (!generation.rebalancing()) {
            records.add(new GenerationChanged(group.id(), generation.gathering(generation.protocolType(), nowMs)));
        }
        return records;
    }

    private static List<GroupRecord> nextGeneration(Group group, List<String> here, List<String> left, long nowMs) {
        var records = removals(group, left);
        if (here.isEmpty()) {
            records.add(new GenerationChanged(group.id(), group.generation().emptied(nowMs)));
            return records;
        }
        var staying = group.members().stream()
                .filter(member -> !left.contains(member.id()))
                .toList();
        var before = group.generation().leader();
        var leader = before != null && here.contains(before) ? before : here.get(0);
        records.add(new GenerationChanged(group.id(), group.generation().next(dearestTo(staying), leader, nowMs)));
        return records;
    }

    /** The protocol, of those that all know, that most members like best; of equals, the first by name. */
    static String dearestTo(Collection<Member> members) {
        var votes = new HashMap<String, Integer>();
        for (var member : members) {
            member.protocols().stream()
                    .map(Member.Protocol::name)
                    .filter(name -> members.stream().allMatch(other -> other.knows(name)))
                    .findFirst()
                    .ifPresent(name -> votes.merge(name, 1, Integer::sum));
        }
        return votes.entrySet().stream()
                .min((a, b) -> a.getValue().equals(b.getValue())
                        ? a.getKey().compareTo(b.getKey())
                        : Integer.compare(b.getValue(), a.getValue()))
                // Each was admitted because it has a protocol in common with all the others.
                .orElseThrow(() -> new IllegalStateException("members without a common protocol: " + members))
                .getKey();
    }

    private static List<GroupRecord> removals(Group group, Collection<String> memberIds) {
        var records = new ArrayList<GroupRecord>();
        for (var id : memberIds) {
            if (group.member(id) != null) {
                records.add(new MemberRemoved(group.id(), id));
            }
        }
        return records;
    }
}
