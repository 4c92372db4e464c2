package org.isthmus.broker.controller;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.TreeMap;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.metadata.BrokerImage;

/**
 * The living brokers in the order in which they are given partitions: racks by turns, so that neighbours do not fail together. A topic begins
 * somewhere that its name decides, so that topics of one partition do not all lie on the first broker.
 */
record Ring(List<BrokerImage> brokers) {
    static Ring of(Collection<BrokerImage> alive) {
        var racks = new TreeMap<String, Queue<BrokerImage>>();
        alive.stream()
                .sorted(Comparator.comparingInt(broker -> broker.id().value()))
                .forEach(broker -> racks.computeIfAbsent(rack(broker), name -> new ArrayDeque<>())
                        .add(broker));
        var ring = new ArrayList<BrokerImage>(alive.size());
        while (ring.size() < alive.size()) {
            racks.values().stream().filter(rack -> !rack.isEmpty()).forEach(rack -> ring.add(rack.remove()));
        }
        return new Ring(List.copyOf(ring));
    }

    /** Who names no rack shares its fate with nobody. Numbers are padded, so that their order is that of the ids. */
    private static String rack(BrokerImage broker) {
        var rack = broker.rack();
        return rack != null ? "r " + rack : "b %010d".formatted(broker.id().value());
    }

    /** The leader first; on as many racks as there are. Followers move on by one each time around, so a dead broker's work is spread. */
    List<BrokerId> replicas(String topic, int partition, int count) {
        var size = brokers.size();
        var first = Math.floorMod(topic.hashCode() + partition, size);
        var shift = size > 1 ? partition / size % (size - 1) : 0;
        var candidates = new ArrayList<BrokerImage>(size);
        candidates.add(brokers.get(first));
        for (var i = 0; i < size - 1; i++) {
            candidates.add(brokers.get((first + 1 + (i + shift) % (size - 1)) % size));
        }
        var chosen = new ArrayList<BrokerId>(count);
        while (chosen.size() < count) {
            // Once each rack has one, each may have another.
            var used = new HashSet<String>();
            for (var candidate : candidates) {
                if (chosen.size() < count && !chosen.contains(candidate.id()) && used.add(rack(candidate))) {
                    chosen.add(candidate.id());
                }
            }
        }
        return chosen;
    }
}
