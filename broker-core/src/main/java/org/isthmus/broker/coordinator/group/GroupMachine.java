package org.isthmus.broker.coordinator.group;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.isthmus.broker.coordinator.StateMachine;
import org.jspecify.annotations.Nullable;

/** The groups of one shard, as the sum of their records. Owned by the shard's loop. */
final class GroupMachine implements StateMachine<GroupRecord> {
    private final Map<String, Group> groups = new HashMap<>();
    private final Map<Long, GroupRecord.ProducerEnded> producers = new HashMap<>();

    /** The group of this name; one that nobody heard of yet is {@link GroupPhase#DEAD}. */
    Group group(String groupId) {
        var group = groups.get(groupId);
        return group == null ? new Group(groupId) : group;
    }

    Collection<Group> groups() {
        return Collections.unmodifiableCollection(groups.values());
    }

    /** The last outcome that a transactional producer had here. */
    GroupRecord.@Nullable ProducerEnded ended(long producerId) {
        return producers.get(producerId);
    }

    Collection<GroupRecord.ProducerEnded> endedProducers() {
        return Collections.unmodifiableCollection(producers.values());
    }

    @Override
    public void replay(long offset, GroupRecord record) {
        if (record instanceof GroupRecord.OfGroup change) {
            var group = groups.computeIfAbsent(change.groupId(), Group::new);
            change.applyTo(group);
            if (group.isDead()) {
                groups.remove(group.id());
            }
        } else if (record instanceof GroupRecord.ProducerEnded ended) {
            producers.put(ended.producerId(), ended);
        } else if (record instanceof GroupRecord.ProducerForgotten forgotten) {
            producers.remove(forgotten.producerId());
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GroupMachine machine
                && groups.equals(machine.groups)
                && producers.equals(machine.producers);
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
