package org.isthmus.broker.coordinator.group;

import java.util.SortedSet;
import org.isthmus.broker.common.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a heartbeat of the consumer protocol.
 *
 * @param message why it is refused, or null
 * @param assignment what the member may read from now on, or null where it knows that
 */
public record ConsumerAnswer(
        ErrorCode error,
        @Nullable String message,
        String memberId,
        int epoch,
        @Nullable SortedSet<PartitionId> assignment) {
    static ConsumerAnswer refused(ErrorCode error, String message) {
        return new ConsumerAnswer(error, message, "", 0, null);
    }

    static ConsumerAnswer gone(String memberId, int epoch) {
        return new ConsumerAnswer(ErrorCode.NONE, null, memberId, epoch, null);
    }
}
