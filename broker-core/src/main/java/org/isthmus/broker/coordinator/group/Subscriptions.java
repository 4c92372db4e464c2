package org.isthmus.broker.coordinator.group;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.isthmus.broker.coordinator.Bytes;

/**
 * The topics that the consumers of a group subscribe to. In the classic protocol this is the one place that looks into what members say to their leader: a version
 * (int16), then topic names (int32 count, each int16 length and UTF-8), then what does not matter here.
 */
final class Subscriptions {
    private static final String CONSUMER = "consumer";

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
                topics.addAll(topics(protocol.metadata()));
            }
        }
        return topics;
    }

    static boolean areKnownOf(Group group) {
        return group.generation().protocolType().equals(CONSUMER);
    }

    private static Set<String> topics(Bytes metadata) {
        var topics = new HashSet<String>();
        try {
            var in = ByteBuffer.wrap(metadata.array());
            in.getShort();
            for (var left = in.getInt(); left > 0; left--) {
                var name = new byte[Math.max(0, in.getShort())];
                in.get(name);
                topics.add(new String(name, StandardCharsets.UTF_8));
            }
        } catch (BufferUnderflowException e) {
            // Members may say to each other what they like; what is no subscription subscribes to nothing.
            return Set.of();
        }
        return topics;
    }
}
