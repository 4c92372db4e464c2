package org.isthmus.broker.protocol.handler;

import java.lang.System.Logger.Level;
import java.util.concurrent.CompletionException;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;

/** What a coordinator's failed stage is called on the wire. */
final class CoordinatorErrors {
    private static final System.Logger LOG = System.getLogger(CoordinatorErrors.class.getName());

    private CoordinatorErrors() {}

    static ErrorCode errorOf(Throwable failure) {
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof BrokerException known) {
            return forClients(known.code());
        }
        LOG.log(Level.ERROR, "A coordinator failed to answer", cause);
        return ErrorCode.UNKNOWN_SERVER_ERROR;
    }

    static short codeOf(Throwable failure) {
        return errorOf(failure).code();
    }

    /** What the shard's log says of itself, in the words that clients of a coordinator know. */
    private static ErrorCode forClients(ErrorCode error) {
        return switch (error) {
            case NOT_LEADER_OR_FOLLOWER -> ErrorCode.NOT_COORDINATOR;
            case NOT_ENOUGH_REPLICAS, REQUEST_TIMED_OUT -> ErrorCode.COORDINATOR_NOT_AVAILABLE;
            default -> error;
        };
    }
}
