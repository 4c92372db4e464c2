package org.isthmus.broker.coordinator.group;

import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/** Each topic in runs, as even as can be, in the order of the members' lasting names. Stateless. */
final class RangeDivision {
    private RangeDivision() {}

    static SortedMap<String, SortedSet<PartitionId>> divide(Demand demand) {
        var division = new TreeMap<String, SortedSet<PartitionId>>();
        demand.members().keySet().forEach(member -> division.put(member, new TreeSet<>()));
        demand.topics().forEach((topic, partitions) -> divide(demand, topic, partitions, division));
        division.replaceAll((member, partitions) -> Partitions.of(partitions));
        return division;
    }

    private static void divide(
            Demand demand, UUID topic, int partitions, SortedMap<String, SortedSet<PartitionId>> division) {
        var readers = demand.members().entrySet().stream()
                .filter(member -> member.getValue().topics().contains(topic))
                .sorted(Comparator.comparing(member -> member.getValue().lastingName()))
                .map(Map.Entry::getKey)
                .toList();
        var next = 0;
        for (var place = 0; place < readers.size(); place++) {
            var size = partitions / readers.size() + (place < partitions % readers.size() ? 1 : 0);
            var own = division.computeIfAbsent(readers.get(place), member -> new TreeSet<>());
            for (var end = next + size; next < end; next++) {
                own.add(new PartitionId(topic, next));
            }
        }
    }
}
