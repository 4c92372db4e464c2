package org.isthmus.broker.replica;

import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.ClusterImage;

/**
 * What this broker is to one log of a partition and how it is to be kept, and what is answered to whoever wants what that does not allow.
 * Changed on the partition's loop alone, read by any thread.
 */
final class Standing {
    private final TopicPartition id;
    private volatile Role role;
    private volatile PartitionConfig config;

    Standing(TopicPartition id, Role role, PartitionConfig config) {
        this.id = id;
        this.role = role;
        this.config = config;
    }

    TopicPartition id() {
        return id;
    }

    Role role() {
        return role;
    }

    PartitionConfig config() {
        return config;
    }

    boolean leads() {
        return role instanceof Role.Leader;
    }

    boolean isOffline() {
        return role instanceof Role.Offline;
    }

    void become(Role now) {
        role = now;
    }

    void configure(PartitionConfig now) {
        config = now;
    }

    /** The epoch under which this broker leads; fails with the protocol's error where it does not. */
    Epoch leadership() {
        if (role instanceof Role.Leader leader) {
            return leader.epoch();
        }
        throw notLeading();
    }

    /** As {@link #leadership()}, and fails where the newest image says otherwise already. */
    Epoch leadership(ClusterImage newest) {
        var epoch = leadership();
        var isOver = newest.partition(id)
                .filter(image -> !image.leaderEpoch().equals(epoch))
                .isPresent();
        if (isOver) {
            throw new BrokerException(
                    ErrorCode.NOT_LEADER_OR_FOLLOWER, "partition " + id + " is not led here in epoch " + epoch);
        }
        return epoch;
    }

    BrokerException notLeading() {
        if (role instanceof Role.Offline offline) {
            return new BrokerException(
                    ErrorCode.KAFKA_STORAGE_ERROR, "partition " + id + " is offline: " + offline.reason());
        }
        return new BrokerException(ErrorCode.NOT_LEADER_OR_FOLLOWER, "partition " + id + " is led elsewhere");
    }
}
