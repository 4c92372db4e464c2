package org.isthmus.broker.protocol.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.isthmus.broker.client.NameLease;
import org.isthmus.broker.common.Backoff;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.protocol.codec.LeaseRequest;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.jspecify.annotations.Nullable;

/**
 * A name that this client holds at the broker that coordinates it. Renewed now and then, and sooner where that failed, so that the broker has it
 * again before it gives it to somebody else after a connection was lost, and soon after another broker coordinates. Owned by the client's loop.
 */
final class HeldName implements NameLease {
    private static final Duration RENEWAL = Duration.ofSeconds(1);

    private final ClientLoop client;
    private final Cluster cluster;
    private final LeaseRequest claim;
    private final Consumer<BrokerException> onLost;
    private final Backoff backoff = ClientLoop.backoff();
    private boolean ended;

    HeldName(ClientLoop client, Cluster cluster, LeaseRequest claim, Consumer<BrokerException> onLost) {
        this.client = client;
        this.cluster = cluster;
        this.claim = claim;
        this.onLost = onLost;
    }

    /** One attempt to take the name, or to keep it. */
    CompletionStage<NameLease> take(Deadline deadline) {
        return say(claim, deadline).thenApply(done -> this);
    }

    private CompletionStage<Void> say(LeaseRequest request, Deadline deadline) {
        return cluster.coordinator(request.name(), deadline)
                .thenCompose(broker -> cluster.request(broker, Api.LEASE, OwnApi.LEASE.request(request), deadline))
                .thenApply(OwnApi.LEASE.answer())
                .thenAccept(answer -> Failures.check(answer.error(), "taking " + request.name(), answer.message()))
                .whenComplete((done, thrown) -> {
                    if (thrown != null && Failures.mayPass(Failures.of(thrown))) {
                        cluster.forgetCoordinator(request.name());
                    }
                });
    }

    /** Keeps the name until it ends. */
    void keep() {
        renewAfter(RENEWAL);
    }

    private void renewAfter(Duration pause) {
        client.loop().schedule(pause, () -> {
            if (!ended) {
                take(client.requestDeadline()).whenComplete((held, thrown) -> renewed(thrown));
            }
        });
    }

    private void renewed(@Nullable Throwable thrown) {
        if (ended) {
            return;
        }
        if (thrown == null) {
            backoff.reset();
            keep();
            return;
        }
        var failure = Failures.of(thrown);
        if (Failures.mayPass(failure)) {
            renewAfter(backoff.next());
        } else {
            ended = true;
            onLost.accept(failure);
        }
    }

    boolean hasEnded() {
        return ended;
    }

    /** The client is about to be closed. Says so, but nobody waits for that to be heard: without a word the name is free a little later. */
    void drop() {
        if (!ended) {
            ended = true;
            sayEnd();
        }
    }

    private CompletionStage<Void> sayEnd() {
        var last = new LeaseRequest(claim.name(), claim.holder(), claim.terms(), claim.shared(), true);
        return say(last, client.requestDeadline());
    }

    @Override
    public CompletionStage<Void> end() {
        var done = new CompletableFuture<Void>();
        client.run(
                () -> {
                    if (ended) {
                        done.complete(null);
                        return;
                    }
                    ended = true;
                    sayEnd().whenComplete((said, thrown) -> done.complete(null));
                },
                () -> done.complete(null));
        return done;
    }
}
