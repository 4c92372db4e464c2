package org.isthmus.broker.coordinator.group;

import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * One division in which the heaviest member has at most one partition more than any that could take one over from it. What somebody had
 * stays where it is, except for what has to move for that.
 */
final class UniformDivision {
    private final Demand demand;
    private final TreeMap<String, Share> shares = new TreeMap<>();

    /** The shares from the lightest to the heaviest. A share is taken out while its size changes. */
    private final TreeSet<Share> byLoad = new TreeSet<>(
            Comparator.<Share>comparingInt(share -> share.partitions.size()).thenComparing(share -> share.memberId));

    UniformDivision(Demand demand) {
        this.demand = demand;
    }

    SortedMap<String, SortedSet<PartitionId>> divide() {
        var kept = keep();
        handOut(kept);
        while (level()) {
            // Each move makes the sum of the squares of the loads smaller, so it ends.
        }
        var division = new TreeMap<String, SortedSet<PartitionId>>();
        shares.forEach((member, share) -> division.put(member, Partitions.of(share.partitions)));
        return division;
    }

    private Set<PartitionId> keep() {
        var kept = new HashSet<PartitionId>();
        demand.members().forEach((member, wish) -> {
            var share = new Share(member, wish);
            wish.before().stream()
                    .filter(partition -> wish.wants(partition) && demand.exists(partition) && kept.add(partition))
                    .forEach(share.partitions::add);
            shares.put(member, share);
            byLoad.add(share);
        });
        return kept;
    }

    private void handOut(Set<PartitionId> kept) {
        // Topics that few want go first, while those few are still light.
        var readers = new TreeMap<UUID, Integer>();
        demand.members().values().forEach(wish -> wish.topics()
                .forEach(topic -> readers.merge(topic, 1, Integer::sum)));
        demand.topics().entrySet().stream()
                .filter(topic -> readers.containsKey(topic.getKey()))
                .sorted(Comparator.comparing(topic -> readers.getOrDefault(topic.getKey(), 0)))
                .forEach(topic -> handOut(topic, kept));
    }

    private void handOut(Map.Entry<UUID, Integer> topic, Set<PartitionId> kept) {
        for (var number = 0; number < topic.getValue(); number++) {
            var partition = new PartitionId(topic.getKey(), number);
            if (!kept.contains(partition)) {
                byLoad.stream()
                        .filter(share -> share.wish.wants(partition))
                        .findFirst()
                        .ifPresent(share -> give(share, partition));
            }
        }
    }

    /** Moves one partition from a heavy member to a light one, or returns that there is none to move. */
    private boolean level() {
        for (var donor : byLoad.descendingSet()) {
            for (var receiver : byLoad) {
                if (donor.partitions.size() - receiver.partitions.size() < 2) {
                    break;
                }
                var spare = donor.partitions.descendingSet().stream()
                        .filter(receiver.wish::wants)
                        .findFirst();
                if (spare.isPresent()) {
                    byLoad.remove(donor);
                    donor.partitions.remove(spare.get());
                    byLoad.add(donor);
                    give(receiver, spare.get());
                    return true;
                }
            }
            if (donor.partitions.size() - byLoad.first().partitions.size() < 2) {
                return false;
            }
        }
        return false;
    }

    private void give(Share share, PartitionId partition) {
        byLoad.remove(share);
        share.partitions.add(partition);
        byLoad.add(share);
    }

    private static final class Share {
        private final String memberId;
        private final Demand.Wish wish;
        private final TreeSet<PartitionId> partitions = new TreeSet<>();

        Share(String memberId, Demand.Wish wish) {
            this.memberId = memberId;
            this.wish = wish;
        }
    }
}
