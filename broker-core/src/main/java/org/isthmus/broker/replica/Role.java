package org.isthmus.broker.replica;

import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;

/** What this broker is to a partition. */
public sealed interface Role {
    record Leader(Epoch epoch) implements Role {}

    record Follower(Epoch epoch, BrokerId leader) implements Role {}

    /** The log cannot be used: closed, deleted, or on a disk that failed. */
    record Offline(String reason) implements Role {}
}
