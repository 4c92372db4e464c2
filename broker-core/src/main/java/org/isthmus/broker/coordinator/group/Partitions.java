package org.isthmus.broker.coordinator.group;

import java.util.Collection;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Sets of partitions as values: sorted, so that the same set is the same bytes on every run, and never changed. */
final class Partitions {
    static final SortedSet<PartitionId> NONE = Collections.emptySortedSet();

    private Partitions() {}

    static SortedSet<PartitionId> of(Collection<PartitionId> partitions) {
        return Collections.unmodifiableSortedSet(new TreeSet<>(partitions));
    }

    static SortedSet<PartitionId> where(Collection<PartitionId> partitions, Predicate<PartitionId> condition) {
        var found = new TreeSet<PartitionId>();
        partitions.stream().filter(condition).forEach(found::add);
        return Collections.unmodifiableSortedSet(found);
    }

    static SortedSet<PartitionId> union(Collection<PartitionId> some, Collection<PartitionId> others) {
        var all = new TreeSet<>(some);
        all.addAll(others);
        return Collections.unmodifiableSortedSet(all);
    }
}
