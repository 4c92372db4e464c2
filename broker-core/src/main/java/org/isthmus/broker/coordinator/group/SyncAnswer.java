package org.isthmus.broker.coordinator.group;

import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.Bytes;
import org.jspecify.annotations.Nullable;

/** What a member is to read in its generation. */
public record SyncAnswer(
        ErrorCode error,
        @Nullable String protocolType,
        @Nullable String protocol,
        Bytes assignment) {
    static SyncAnswer refused(ErrorCode error) {
        return new SyncAnswer(error, null, null, Bytes.EMPTY);
    }

    static SyncAnswer of(Group group, String memberId) {
        var generation = group.generation();
        return new SyncAnswer(
                ErrorCode.NONE, generation.protocolType(), generation.protocol(), group.assignment(memberId));
    }
}
