package org.isthmus.broker.coordinator.group;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * How far a group of the consumer protocol has come. Whatever changes who is to read what raises the group's epoch; a target that was made
 * for an epoch carries it, and members follow the target one by one.
 *
 * @param group what was last changed
 * @param target the epoch that the present target was made for
 * @param assignor how that target was made; empty before the first
 * @param topics the topics that it was made of, with their numbers of partitions
 * @param sinceMs when the group's epoch was last raised, in milliseconds since 1970
 */
record Epochs(int group, int target, String assignor, SortedMap<UUID, Integer> topics, long sinceMs) {
    /** Those of a group that does not speak this protocol. */
    static final Epochs NONE = new Epochs(0, 0, "", Collections.emptySortedMap(), 0);

    Epochs {
        topics = Collections.unmodifiableSortedMap(new TreeMap<>(topics));
    }

    boolean isTargetCurrent() {
        return target == group;
    }

    Epochs raised(long nowMs) {
        return new Epochs(group + 1, target, assignor, topics, nowMs);
    }

    Epochs targeted(String assignor, SortedMap<UUID, Integer> topics) {
        return new Epochs(group, group, assignor, topics, sinceMs);
    }
}
