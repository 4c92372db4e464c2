package org.isthmus.broker.coordinator.group;

import org.jspecify.annotations.Nullable;

/**
 * Who speaks for a member, as the request says.
 *
 * @param memberId empty where the caller has none yet, or reads without belonging to the group
 * @param instanceId a static member's lasting name, or null
 * @param generation the generation that it believes in; −1 for a caller that does not belong to the group
 */
public record Caller(
        String groupId, String memberId, @Nullable String instanceId, int generation) {}
