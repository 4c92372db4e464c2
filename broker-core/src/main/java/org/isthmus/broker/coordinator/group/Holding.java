package org.isthmus.broker.coordinator.group;

import java.util.SortedSet;

/**
 * What a member may read now, and how far it has followed the group.
 *
 * @param epoch the last target that it reached, 0 before the first; {@link #AWAY} for a static member that left and is expected back
 * @param previousEpoch the one before, under which the member goes on where the answer with the newer one was lost
 * @param assigned what it may read
 * @param revoking what it read before and has not said yet that it stopped reading; nobody else gets it until then
 */
public record Holding(int epoch, int previousEpoch, SortedSet<PartitionId> assigned, SortedSet<PartitionId> revoking) {
    static final int AWAY = -2;

    static final Holding NONE = new Holding(0, 0, Partitions.NONE, Partitions.NONE);

    boolean has(PartitionId partition) {
        return assigned.contains(partition) || revoking.contains(partition);
    }

    boolean isAway() {
        return epoch == AWAY;
    }

    /** As a static member leaves it behind: a closed consumer reads nothing, but nobody else gets what it is to read. */
    Holding away() {
        return new Holding(AWAY, AWAY, assigned, Partitions.NONE);
    }

    /** As the static member that comes back under another id finds it. */
    Holding resumed() {
        return new Holding(0, 0, assigned, Partitions.NONE);
    }

    Holding keeping(SortedSet<PartitionId> kept, SortedSet<PartitionId> toRevoke) {
        return new Holding(epoch, previousEpoch, kept, toRevoke);
    }

    /** What it says that it reads, and nobody has, counts as given to it. */
    Holding claiming(SortedSet<PartitionId> partitions) {
        var unknown = Partitions.where(partitions, partition -> !has(partition));
        return new Holding(epoch, previousEpoch, Partitions.union(assigned, unknown), revoking);
    }

    Holding at(int target, SortedSet<PartitionId> partitions) {
        return new Holding(target, target == epoch ? previousEpoch : epoch, partitions, Partitions.NONE);
    }
}
