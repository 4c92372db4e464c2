package org.isthmus.broker.coordinator.group;

import org.jspecify.annotations.Nullable;

/**
 * A member that is to leave.
 *
 * @param memberId may be empty where an administrator removes a static member by its lasting name
 * @param instanceId a static member's lasting name, or null
 */
public record Leaver(String memberId, @Nullable String instanceId) {}
