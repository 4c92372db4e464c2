package org.isthmus.broker.coordinator.transaction;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What is waited for in order: who came first is told first, so that requests of one producer which waited are not served the other way round,
 * as the dependents of one stage would be. Owned by the shard's loop.
 */
final class Milestone {
    private final List<CompletableFuture<Void>> waiting = new ArrayList<>();
    private boolean reached;
    private @Nullable Throwable failure;

    CompletionStage<Void> await() {
        var told = new CompletableFuture<Void>();
        waiting.add(told);
        tell();
        return told;
    }

    void reached() {
        reached = true;
        tell();
    }

    /** Nothing where it was reached. */
    void fail(Throwable cause) {
        failure = cause;
        tell();
    }

    private void tell() {
        if (!reached && failure == null) {
            return;
        }
        var due = List.copyOf(waiting);
        waiting.clear();
        for (var told : due) {
            if (reached || failure == null) {
                told.complete(null);
            } else {
                told.completeExceptionally(failure);
            }
        }
    }
}
