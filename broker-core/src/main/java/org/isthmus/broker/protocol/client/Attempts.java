package org.isthmus.broker.protocol.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.isthmus.broker.common.Backoff;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;

/**
 * Tries until it succeeds, fails for good, or the deadline passes; waits a little longer after each failure that may pass. Runs on the
 * client's loop.
 */
final class Attempts<T> {
    private final ClientLoop client;
    private final String what;
    private final Deadline deadline;
    private final Supplier<CompletionStage<T>> attempt;
    private final CompletableFuture<T> outcome = new CompletableFuture<>();
    private final Backoff backoff = ClientLoop.backoff();

    private Attempts(ClientLoop client, String what, Deadline deadline, Supplier<CompletionStage<T>> attempt) {
        this.client = client;
        this.what = what;
        this.deadline = deadline;
        this.attempt = attempt;
    }

    /**
     * @param what what is being done, for the message of the failure
     * @param attempt starts one attempt; what it throws is a failed attempt
     */
    static <T> CompletionStage<T> until(
            ClientLoop client, Deadline deadline, String what, Supplier<CompletionStage<T>> attempt) {
        var attempts = new Attempts<>(client, what, deadline, attempt);
        attempts.run();
        return attempts.outcome;
    }

    private void run() {
        CompletionStage<T> running;
        try {
            running = attempt.get();
        } catch (RuntimeException e) {
            running = CompletableFuture.failedStage(e);
        }
        running.whenComplete((result, thrown) -> {
            if (thrown == null) {
                outcome.complete(result);
            } else {
                failed(Failures.of(thrown));
            }
        });
    }

    private void failed(BrokerException failure) {
        if (!Failures.mayPass(failure)) {
            outcome.completeExceptionally(failure);
            return;
        }
        if (client.remaining(deadline).compareTo(backoff.pause()) <= 0) {
            outcome.completeExceptionally(client.gaveUp(what, failure));
            return;
        }
        client.loop().schedule(backoff.next(), this::run);
    }
}
