package org.isthmus.broker.coordinator.group;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.isthmus.broker.coordinator.StateMachine;

/** The groups of one shard, as the sum of their records. Owned by the shard's loop. */
final class GroupMachine implements StateMachine<GroupRecord> {
    private final Map<String, Group> groups = new HashMap<>();

    /** The group of this name; one that nobody heard of yet is {@link GroupPhase#DEAD}. */
    Group group(String groupId) {
        var group = groups.get(groupId);
        return group == null ? new Group(groupId) : group;
    }

    Collection<Group> groups() {
        return Collections.unmodifiableCollection(groups.values());
    }

    @Override
    public void replay(long offset, GroupRecord record) {
        var group = groups.computeIfAbsent(record.groupId(), Group::new);
        record.applyTo(group);
        if (group.isDead()) {
            groups.remove(group.id());
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GroupMachine machine && groups.equals(machine.groups);
    }

    @Override
    public int hashCode() {
        return groups.hashCode();
    }

    @Override
    public String toString() {
        return groups.values().toString();
    }
}
