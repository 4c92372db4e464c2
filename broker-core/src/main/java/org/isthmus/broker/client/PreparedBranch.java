package org.isthmus.broker.client;

import java.time.Duration;
import java.util.Set;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.Xid;

/**
 * A branch of a global transaction that waits for its manager.
 *
 * @param state what it waits for
 * @param age for how long it does
 * @param participants whose records or acknowledgements are part of it
 */
public record PreparedBranch(
        Xid xid, String transactionalId, State state, Duration age, Set<TopicPartition> participants) {
    public enum State {
        /** For the decision. */
        PREPARED,
        /** For its manager to hear that an administrator committed it, and to forget it. */
        HEURISTICALLY_COMMITTED,
        /** For its manager to hear that an administrator rolled it back, and to forget it. */
        HEURISTICALLY_ROLLED_BACK
    }
}
