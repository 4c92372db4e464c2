package org.isthmus.broker.coordinator.group;

import java.util.Map;
import org.isthmus.broker.coordinator.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A member asks for what it is to read; the leader brings along what everybody is to read.
 *
 * @param protocolType what the member believes the group to be, or null where its version does not say
 * @param protocol the protocol that it believes to be chosen, or null where its version does not say
 * @param assignment by member; empty from all but the leader
 */
public record SyncRequest(
        Caller caller,
        @Nullable String protocolType,
        @Nullable String protocol,
        Map<String, Bytes> assignment) {}
