package org.isthmus.broker.coordinator.group;

import java.util.Collection;
import java.util.Collections;
import java.util.SortedSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How one member gets from what it has to what it is to have. First it gives up, and says so; only then it moves on to the target's epoch,
 * and gets what nobody else has any more. Stateless.
 *
 * <pre>
 *                       gave up what it was asked for
 *              ┌──────────────────────────────────────────┐
 *              │                                          ▼
 *   UNREVOKED (its old epoch) ◀──the target takes── AT THE TARGET'S EPOCH ──others let go──▶ SETTLED
 *                                                         ▲      │
 *                                                         └──────┘ still held by others: keeps asking
 * </pre>
 *
 * <p>Which of these it is follows from its {@link Holding} and the target.
 */
final class Reconciliation {
    private Reconciliation() {}

    /**
     * What the member has after a heartbeat.
     *
     * @param owned what it says that it reads now, or null where it does not say
     * @param isHeld whether another member has the partition
     */
    static Holding next(
            Holding holding,
            int epoch,
            SortedSet<PartitionId> target,
            @Nullable SortedSet<PartitionId> owned,
            Predicate<PartitionId> isHeld) {
        if (!holding.revoking().isEmpty() && reads(owned, holding.revoking())) {
            return holding;
        }
        var kept = Partitions.where(holding.assigned(), partition -> target.contains(partition));
        var surplus = Partitions.where(holding.assigned(), partition -> !target.contains(partition));
        if (reads(owned, surplus)) {
            return holding.keeping(kept, surplus);
        }
        var free = Partitions.where(target, partition -> !kept.contains(partition) && !isHeld.test(partition));
        return holding.at(epoch, Partitions.union(kept, free));
    }

    /** Whoever says nothing of what it reads may still read what it was given. */
    private static boolean reads(@Nullable SortedSet<PartitionId> owned, Collection<PartitionId> partitions) {
        return owned == null ? !partitions.isEmpty() : !Collections.disjoint(owned, partitions);
    }
}
