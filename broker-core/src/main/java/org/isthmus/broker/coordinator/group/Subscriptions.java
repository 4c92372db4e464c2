package org.isthmus.broker.coordinator.group;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/** The topics that the consumers of a group subscribe to. */
final class Subscriptions {
    private Subscriptions() {}

    /** Whether anybody in the group subscribes to a topic of this name. */
    static Predicate<String> by(Group group) {
        if (group.isOfConsumers()) {
            var known = new HashMap<String, Boolean>();
            return name -> known.computeIfAbsent(name, topic -> group.consumers().members().values().stream()
                    .anyMatch(member -> Interest.wants(member.profile(), topic)));
        }
        return of(group)::contains;
    }

    private static Set<String> of(Group group) {
        var topics = new HashSet<String>();
        if (!areKnownOf(group)) {
            return topics;
        }
        for (var member : group.members()) {
            for (var protocol : member.protocols()) {
                ConsumerProtocol.subscription(protocol.metadata())
                        .ifPresent(subscription -> topics.addAll(subscription.topics()));
            }
        }
        return topics;
    }

    static boolean areKnownOf(Group group) {
        return group.generation().protocolType().equals(ConsumerProtocol.TYPE);
    }
}
