package org.isthmus.broker.protocol.handler;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.record.CorruptBatchException;
import org.jspecify.annotations.Nullable;

/** Why something was not done, as an answer says it. */
record Refusal(ErrorCode error, @Nullable String message) {
    private static final System.Logger log = System.getLogger(Refusal.class.getName());

    short code() {
        return error.code();
    }

    /** What a failure means to a client. What no client can act on is logged here, since nobody else will. */
    static Refusal of(Throwable failure) {
        var cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof BrokerException known) {
            return new Refusal(known.code(), known.getMessage());
        }
        if (cause instanceof CorruptBatchException corrupt) {
            return new Refusal(ErrorCode.CORRUPT_MESSAGE, corrupt.getMessage());
        }
        if (cause instanceof IOException disk) {
            log.log(System.Logger.Level.ERROR, "Disk failed under a request", disk);
            return new Refusal(ErrorCode.KAFKA_STORAGE_ERROR, disk.getMessage());
        }
        log.log(System.Logger.Level.ERROR, "Request failed unexpectedly", cause);
        return new Refusal(ErrorCode.UNKNOWN_SERVER_ERROR, "the broker failed; its log tells why");
    }
}
