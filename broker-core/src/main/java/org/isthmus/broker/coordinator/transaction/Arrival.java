package org.isthmus.broker.coordinator.transaction;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.ErrorCode;

/**
 * An outcome's coming to a participant, in two steps. Both may complete on any thread, and tell the same.
 *
 * @param seen once whoever reads there goes by it, though it could still be lost with the machine, and would then have to be brought again
 * @param kept once it is committed there
 */
public record Arrival(CompletionStage<ErrorCode> seen, CompletionStage<ErrorCode> kept) {
    /** Of an outcome that is seen no earlier than it is committed. */
    public static Arrival whenKept(CompletionStage<ErrorCode> kept) {
        return new Arrival(kept, kept);
    }

    static Arrival failed(Throwable cause) {
        return whenKept(CompletableFuture.failedStage(cause));
    }
}
