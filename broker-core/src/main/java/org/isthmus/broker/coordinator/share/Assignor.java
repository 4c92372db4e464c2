package org.isthmus.broker.coordinator.share;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Spreads one topic's partitions over the members that want it. Balance comes first, then that members keep what they have. Several members
 * share a partition where there are more of them than partitions; no member is left without. A pure function.
 */
final class Assignor {
    private Assignor() {}

    /**
     * Decides who reads what.
     *
     * @param current what members have of this topic now; nothing for those left out
     * @return what each of the members is to have
     */
    static Map<String, SortedSet<Integer>> assign(
            SortedSet<String> members, int partitions, Map<String, SortedSet<Integer>> current) {
        var target = new TreeMap<String, SortedSet<Integer>>();
        members.forEach(member -> target.put(member, new TreeSet<>()));
        if (members.isEmpty() || partitions == 0) {
            return target;
        }
        var places = Math.max(members.size(), partitions);
        var perMember = new Quota(places, members.size());
        var perPartition = new Quota(places, partitions);
        var holders = new int[partitions];
        target.forEach((member, share) -> {
            for (var partition : current.getOrDefault(member, new TreeSet<>())) {
                if (partition < partitions
                        && perMember.allows(share.size())
                        && perPartition.allows(holders[partition])) {
                    share.add(partition);
                    perMember.raised(share.size());
                    perPartition.raised(++holders[partition]);
                }
            }
        });
        for (var partition : open(holders, perPartition)) {
            var member = target.entrySet().stream()
                    .filter(entry -> !entry.getValue().contains(partition))
                    .min(Comparator.comparingInt(entry -> entry.getValue().size()))
                    .orElseThrow();
            member.getValue().add(partition);
        }
        return target;
    }

    /** Partitions that need one more holder, each as often as it needs one, the emptiest first. */
    private static List<Integer> open(int[] holders, Quota quota) {
        var open = new ArrayList<Integer>();
        for (var level = 0; level < quota.most(); level++) {
            for (var partition = 0; partition < holders.length; partition++) {
                if (holders[partition] <= level && quota.allows(level)) {
                    open.add(partition);
                    quota.raised(level + 1);
                }
            }
        }
        return open;
    }

    /** So many places over so many owners: each gets the floor of the share, and as many as are left get one more. */
    private static final class Quota {
        private final int floor;
        private int extra;

        Quota(int places, int owners) {
            floor = places / owners;
            extra = places % owners;
        }

        int most() {
            return floor + 1;
        }

        boolean allows(int count) {
            return count < floor || (count == floor && extra > 0);
        }

        void raised(int count) {
            if (count == floor + 1) {
                extra--;
            }
        }
    }
}
