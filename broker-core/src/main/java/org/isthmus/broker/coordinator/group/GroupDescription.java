package org.isthmus.broker.coordinator.group;

import java.util.List;
import org.isthmus.broker.coordinator.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A group as an administrator sees it.
 *
 * @param isOfConsumers whether it speaks the consumer protocol; its members are then told by {@link ConsumerGroupDescription} alone
 * @param protocol the assignment protocol in use; empty where there is none
 */
public record GroupDescription(
        String groupId,
        boolean isOfConsumers,
        GroupPhase phase,
        String protocolType,
        String protocol,
        List<Described> members) {
    /** A member, what it said when it joined, and what it is to read. */
    public record Described(
            String memberId,
            @Nullable String instanceId,
            String clientId,
            String clientHost,
            Bytes metadata,
            Bytes assignment) {}

    static GroupDescription of(Group group) {
        var generation = group.generation();
        var isStable = group.phase() == GroupPhase.STABLE;
        var members = group.members().stream()
                .map(member -> new Described(
                        member.id(),
                        member.instanceId(),
                        member.clientId(),
                        member.clientHost(),
                        isStable ? member.metadata(generation.protocol()).orElse(Bytes.EMPTY) : Bytes.EMPTY,
                        group.assignment(member.id())))
                .toList();
        var protocol = isStable && generation.protocol() != null ? generation.protocol() : "";
        var type = group.isOfConsumers() ? "consumer" : generation.protocolType();
        return new GroupDescription(group.id(), group.isOfConsumers(), group.phase(), type, protocol, members);
    }
}
