package org.isthmus.broker.controller;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.SessionState;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * This broker among the brokers of its cluster: comes, comes back when its session was lost, and leaves. Owned by the metadata's loop.
 *
 * <p>Before it comes it gives up what an earlier life of it led and was in sync with; before it leaves it hands over what it leads.
 */
public final class Registration {
    private static final System.Logger log = System.getLogger(Registration.class.getName());
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final MetadataStore store;
    private final BrokerId self;
    private final Elections elections;
    private final EventLoop loop;
    private final Clock clock;
    private volatile @Nullable BrokerImage registered;
    private boolean leaving;

    public Registration(MetadataStore store, BrokerId self, Elections elections, EventLoop loop, Clock clock) {
        this.store = store;
        this.self = self;
        this.elections = elections;
        this.loop = loop;
        this.clock = clock;
        store.followSession(state -> loop.execute(() -> session(state)));
    }

    /**
     * Gives up what an earlier life left behind. Where a broker of this id is alive, waits whether that is an earlier life whose session has
     * yet to end, and fails with {@code DUPLICATE_BROKER_REGISTRATION} where it is not.
     */
    public CompletionStage<ClusterImage> giveUp(Duration patience) {
        return giveUp(List.of(), patience);
    }

    /**
     * Of a cluster of one, which goes on where an earlier life ended: leads everything anew. What that had written and not forced may be lost, and by
     * the epoch who had read it can tell.
     */
    public CompletionStage<ClusterImage> leadAnew() {
        return store.change(image -> {
            var reigns = new ArrayList<ClusterDelta>();
            for (var topic : image.topics().values()) {
                for (int index = 0; index < topic.partitions().size(); index++) {
                    var partition = new TopicPartition(topic.name(), index);
                    reigns.add(new ClusterDelta.PartitionChanged(
                            partition, topic.partitions().get(index).led(self)));
                }
            }
            return reigns;
        });
    }

    /** This broker is alive, and reached so. */
    public CompletionStage<ClusterImage> register(BrokerImage image) {
        return store.change(before -> List.of(new ClusterDelta.BrokerRegistered(image)))
                .thenApply(after -> {
                    loop.execute(() -> {
                        registered = image;
                        // The session may have ended before anybody here learned that it had begun.
                        session(store.session());
                    });
                    return after;
                });
    }

    /** Hands over what this broker leads and is gone; completes when the cluster knows. */
    public CompletionStage<ClusterImage> leave() {
        loop.execute(() -> leaving = true);
        return giveUp(List.of(new ClusterDelta.BrokerGone(self)), PAUSE);
    }

    private void session(SessionState state) {
        var image = registered;
        if (state != SessionState.NEW || image == null || leaving) {
            return;
        }
        giveUp(List.of(new ClusterDelta.BrokerRegistered(image)), PAUSE)
                .whenComplete((after, failure) -> loop.execute(() -> {
                    if (failure != null) {
                        log.log(System.Logger.Level.WARNING, "This broker could not come back to its cluster", failure);
                    }
                    if (store.session() == SessionState.NEW) {
                        loop.schedule(PAUSE, () -> session(store.session()));
                    }
                }));
    }

    /**
     * @param end made together with the last of what is given up: in between, a controller that counts this broker among the living would give
     *     it back
     */
    private CompletionStage<ClusterImage> giveUp(List<ClusterDelta> end, Duration patience) {
        var done = new CompletableFuture<ClusterImage>();
        loop.execute(() -> giveUp(end, Deadline.after(clock.nanos(), patience), done));
        return done;
    }

    private void giveUp(List<ClusterDelta> end, Deadline deadline, CompletableFuture<ClusterImage> done) {
        var isLast = new AtomicBoolean();
        store.change(image -> {
                    var given = withoutSelf(image);
                    isLast.set(given.size() < Elections.MOST_AT_ONCE);
                    return isLast.get()
                            ? Stream.concat(given.stream(), end.stream()).toList()
                            : given;
                })
                .whenComplete((image, failure) -> loop.execute(() -> {
                    if (failure == null && isLast.get()) {
                        done.complete(image);
                    } else if (failure == null) {
                        giveUp(end, deadline, done);
                    } else if (isTaken(failure) && !deadline.hasPassed(clock.nanos())) {
                        loop.schedule(PAUSE, () -> giveUp(end, deadline, done));
                    } else {
                        done.completeExceptionally(failure);
                    }
                }));
    }

    private List<ClusterDelta> withoutSelf(ClusterImage image) {
        var other = image.brokers().get(self);
        if (other != null && registered == null) {
            throw new BrokerException(
                    ErrorCode.DUPLICATE_BROKER_REGISTRATION,
                    "broker id " + self + " is taken by a broker at " + other.host() + ":" + other.port());
        }
        return elections.without(image, self);
    }

    private static boolean isTaken(Throwable failure) {
        var cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof BrokerException refusal && refusal.code() == ErrorCode.DUPLICATE_BROKER_REGISTRATION;
    }
}
