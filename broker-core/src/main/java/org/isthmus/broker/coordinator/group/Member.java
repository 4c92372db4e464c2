package org.isthmus.broker.coordinator.group;

import java.util.List;
import java.util.Optional;
import org.isthmus.broker.coordinator.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A member as it last joined.
 *
 * @param instanceId the name that a static member keeps across restarts; null for others
 * @param sessionTimeoutMs how long it may be silent
 * @param rebalanceTimeoutMs how long it may take to rejoin
 * @param protocols the assignment protocols that it knows, dearest first
 */
record Member(
        String id,
        @Nullable String instanceId,
        String clientId,
        String clientHost,
        int sessionTimeoutMs,
        int rebalanceTimeoutMs,
        List<Protocol> protocols) {
    /** An assignment protocol and what the member says to its leader in it; the broker does not look inside. */
    record Protocol(String name, Bytes metadata) {}

    Member {
        protocols = List.copyOf(protocols);
    }

    boolean isStatic() {
        return instanceId != null;
    }

    boolean knows(String protocol) {
        return metadata(protocol).isPresent();
    }

    Optional<Bytes> metadata(@Nullable String protocol) {
        return protocols.stream()
                .filter(known -> known.name().equals(protocol))
                .map(Protocol::metadata)
                .findFirst();
    }
}
