package org.isthmus.broker.coordinator.group;

import java.util.List;
import java.util.SortedSet;

/**
 * A group of the consumer protocol as an administrator sees it.
 *
 * @param assignor how the present target was made
 */
public record ConsumerGroupDescription(
        String groupId, GroupPhase phase, int epoch, int targetEpoch, String assignor, List<Described> members) {
    /** A member, and what it is to read in the end. */
    public record Described(Consumer member, SortedSet<PartitionId> target) {}

    static ConsumerGroupDescription of(Group group) {
        var consumers = group.consumers();
        var epochs = consumers.epochs();
        var members = consumers.members().values().stream()
                .map(member -> new Described(member, consumers.target(member.id())))
                .toList();
        return new ConsumerGroupDescription(
                group.id(),
                group.isOfConsumers() ? group.phase() : GroupPhase.DEAD,
                epochs.group(),
                // Where nobody is to read anything, what they are to read is never behind.
                members.isEmpty() ? epochs.group() : epochs.target(),
                epochs.assignor(),
                members);
    }
}
