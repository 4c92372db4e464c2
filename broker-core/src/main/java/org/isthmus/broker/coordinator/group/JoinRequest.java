package org.isthmus.broker.coordinator.group;

import java.util.List;
import java.util.UUID;
import org.isthmus.broker.coordinator.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A wish to belong to a group's next generation.
 *
 * @param memberId empty for a member that joins for the first time
 * @param instanceId a static member's lasting name, or null
 * @param learnsIdFirst whether a new member is told its id and must come again with it, so that a lost answer leaves no member behind
 * @param takesSkippedAssignment whether a returning static leader can be told to leave the assignment as it is
 * @param protocols assignment protocols that it knows, dearest first
 */
public record JoinRequest(
        String groupId,
        String memberId,
        @Nullable String instanceId,
        String clientId,
        String clientHost,
        int sessionTimeoutMs,
        int rebalanceTimeoutMs,
        String protocolType,
        List<Protocol> protocols,
        boolean learnsIdFirst,
        boolean takesSkippedAssignment) {
    /** A protocol's name and what the member says in it. */
    public record Protocol(String name, Bytes metadata) {}

    /** What a member is called that has no id yet, so that a reader of logs knows whose it is. */
    String newMemberId(UUID id) {
        return (instanceId == null ? clientId : instanceId) + "-" + id;
    }

    Member asMember(String id) {
        var known = protocols.stream()
                .map(protocol -> new Member.Protocol(protocol.name(), protocol.metadata()))
                .toList();
        // A member that leaves itself no time at all would make the group spin.
        var timeToRejoinMs = rebalanceTimeoutMs > 0 ? rebalanceTimeoutMs : sessionTimeoutMs;
        return new Member(id, instanceId, clientId, clientHost, sessionTimeoutMs, timeToRejoinMs, known);
    }
}
