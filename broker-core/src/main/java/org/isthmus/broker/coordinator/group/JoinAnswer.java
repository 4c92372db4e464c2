package org.isthmus.broker.coordinator.group;

import java.util.Collection;
import java.util.List;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * What a member learns of the generation that it joined.
 *
 * @param memberId its id from now on
 * @param members everybody, with what they said in the chosen protocol; for the leader only
 * @param skipAssignment whether a leader must leave the assignment as it is
 */
public record JoinAnswer(
        ErrorCode error,
        String memberId,
        int generation,
        @Nullable String protocolType,
        @Nullable String protocol,
        String leader,
        boolean skipAssignment,
        List<Joined> members) {
    /** A fellow member, as its leader sees it. */
    public record Joined(String memberId, @Nullable String instanceId, Bytes metadata) {}

    static JoinAnswer refused(ErrorCode error, String memberId) {
        return new JoinAnswer(error, memberId, -1, null, null, "", false, List.of());
    }

    /** The group's present generation, seen by one of its members. */
    static JoinAnswer of(Group group, String memberId) {
        return of(group.generation(), group.members(), memberId, false);
    }

    static JoinAnswer of(Generation generation, Collection<Member> members, String memberId, boolean skipAssignment) {
        var leads = memberId.equals(generation.leader());
        return new JoinAnswer(
                ErrorCode.NONE,
                memberId,
                generation.number(),
                generation.protocolType(),
                generation.protocol(),
                generation.leader() == null ? "" : generation.leader(),
                skipAssignment && leads,
                leads ? joined(members, generation.protocol()) : List.of());
    }

    private static List<Joined> joined(Collection<Member> members, @Nullable String protocol) {
        return members.stream()
                .map(member -> new Joined(
                        member.id(),
                        member.instanceId(),
                        member.metadata(protocol).orElse(Bytes.EMPTY)))
                .toList();
    }
}
