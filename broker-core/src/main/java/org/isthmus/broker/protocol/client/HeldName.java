package org.isthmus.broker.protocol.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.isthmus.broker.client.NameLease;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.protocol.codec.LeaseRequest;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.jspecify.annotations.Nullable;

/**
 * A name that this client holds at the broker that coordinates it. Renewed now and then, so that the broker has it again soon after a
 * connection was lost or another broker coordinates. Owned by the client's loop.
 */
final class HeldName implements NameLease {
    private static final Duration RENEWAL = Duration.ofSeconds(1);

    private final ClientLoop client;
    private final Cluster cluster;
    private final LeaseRequest claim;
    private final Consumer<BrokerException> onLost;
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
        client.loop().schedule(RENEWAL, () -> {
            if (!ended) {
                take(client.requestDeadline()).whenComplete((held, thrown) -> renewed(thrown));
            }
        });
    }

    private void renewed(@Nullable Throwable thrown) {
        if (ended) {
            return;
        }
        var failure = thrown == null ? null : Failures.of(thrown);
        if (failure != null && !Failures.mayPass(failure)) {
            ended = true;
            onLost.accept(failure);
        } else {
            keep();
        }
    }

    boolean hasEnded() {
        return ended;
    }

    /** The client is closed, and with it the connection that the lease lives by. */
    void drop() {
        ended = true;
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
                    var last = new LeaseRequest(claim.name(), claim.holder(), claim.terms(), claim.shared(), true);
                    say(last, client.requestDeadline()).whenComplete((said, thrown) -> done.complete(null));
                },
                () -> done.complete(null));
        return done;
    }
}
