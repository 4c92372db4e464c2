package org.isthmus.broker.protocol.client;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TemporaryName;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.TlsRefusedException;
import org.jspecify.annotations.Nullable;

/** What a failed attempt means: its cause as a {@link BrokerException}, and whether another attempt may succeed. */
final class Failures {
    private static final Set<ErrorCode> PASSING = EnumSet.of(
            ErrorCode.LEADER_NOT_AVAILABLE,
            ErrorCode.NOT_LEADER_OR_FOLLOWER,
            ErrorCode.REQUEST_TIMED_OUT,
            ErrorCode.BROKER_NOT_AVAILABLE,
            ErrorCode.REPLICA_NOT_AVAILABLE,
            ErrorCode.NETWORK_EXCEPTION,
            ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
            ErrorCode.COORDINATOR_NOT_AVAILABLE,
            ErrorCode.NOT_COORDINATOR,
            ErrorCode.NOT_ENOUGH_REPLICAS,
            ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
            ErrorCode.CONCURRENT_TRANSACTIONS,
            ErrorCode.NOT_CONTROLLER,
            ErrorCode.KAFKA_STORAGE_ERROR,
            ErrorCode.FENCED_LEADER_EPOCH,
            ErrorCode.UNKNOWN_LEADER_EPOCH,
            // The topic was found: whoever does not know it yet has not heard of it.
            ErrorCode.UNKNOWN_TOPIC_ID,
            ErrorCode.OFFSET_NOT_AVAILABLE,
            ErrorCode.UNSTABLE_OFFSET_COMMIT);

    private Failures() {}

    static boolean mayPass(BrokerException failure) {
        return PASSING.contains(failure.code());
    }

    /** Whether the request may have taken effect although no answer says so. */
    static boolean isUnclear(BrokerException failure) {
        return !(failure instanceof UnsentException)
                && (failure.code() == ErrorCode.NETWORK_EXCEPTION
                        || failure.code() == ErrorCode.REQUEST_TIMED_OUT
                        || failure.code() == ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
    }

    /** Whether fewer records at a time may be taken. */
    static boolean isTooLarge(Throwable thrown) {
        var code = of(thrown).code();
        return code == ErrorCode.MESSAGE_TOO_LARGE || code == ErrorCode.RECORD_LIST_TOO_LARGE;
    }

    static BrokerException of(Throwable thrown) {
        var cause = thrown;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof BrokerException failure) {
            return failure;
        }
        if (cause instanceof TlsRefusedException) {
            // Neither side would say anything else if it were asked again.
            return new BrokerException(ErrorCode.SASL_AUTHENTICATION_FAILED, String.valueOf(cause.getMessage()), cause);
        }
        if (cause instanceof IOException) {
            return new BrokerException(ErrorCode.NETWORK_EXCEPTION, cause.toString(), cause);
        }
        return new BrokerException(ErrorCode.UNKNOWN_SERVER_ERROR, cause.toString(), cause);
    }

    /**
     * As {@link #check}, of what a broker says that leads a partition by the metadata. One that does not know it has not heard of it yet, or it is
     * gone, and the metadata tells which. Only who has a temporary destination knows whether it is there, so where that one does not know it nobody
     * else has more to tell.
     */
    static void checkLeader(TopicPartition partition, short code, String what, @Nullable String reason) {
        check(TemporaryName.isOne(partition.topic()) ? ofTemporary(code) : ofLed(code), what, reason);
    }

    private static short ofTemporary(short code) {
        return code == ErrorCode.UNKNOWN_TOPIC_ID.code() ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code() : code;
    }

    private static short ofLed(short code) {
        return code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code() ? ErrorCode.LEADER_NOT_AVAILABLE.code() : code;
    }

    /** Fails for any code but 0. */
    static void check(short code, String what, @Nullable String reason) {
        if (code != ErrorCode.NONE.code()) {
            var error = ErrorCode.of(code);
            throw new BrokerException(error, what + ": " + error + (reason == null ? "" : ", " + reason));
        }
    }
}
