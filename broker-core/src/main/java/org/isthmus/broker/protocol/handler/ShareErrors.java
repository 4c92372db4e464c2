package org.isthmus.broker.protocol.handler;

import org.isthmus.broker.common.ErrorCode;

/** What a share partition's failed stage is called on the wire. */
final class ShareErrors {
    private ShareErrors() {}

    /** To our own client. */
    static Refusal refusal(Throwable failure) {
        var refusal = Refusal.of(failure);
        return switch (refusal.error()) {
            // The shard's words for what is, to a client of a partition, a partition that is not led here just now.
            case NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE ->
                new Refusal(ErrorCode.NOT_LEADER_OR_FOLLOWER, refusal.message());
            default -> refusal;
        };
    }

    /** To a client of the APIs that Apache Kafka has. */
    static Refusal stockRefusal(Throwable failure) {
        var refusal = refusal(failure);
        // It does not know that word here, and comes again on this one, as where there is no room.
        return refusal.error() == ErrorCode.NOT_ENOUGH_REPLICAS
                ? new Refusal(ErrorCode.KAFKA_STORAGE_ERROR, refusal.message())
                : refusal;
    }
}
