package org.isthmus.broker.controller;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the cluster as it should be while this broker reigns: looks at each new image, and makes the first change that one of its rules
 * finds. Owned by one loop. It remembers nothing but its reign, so the next controller goes on where this one was; each change it makes
 * fails once another reigns.
 */
public final class Controller {
    private static final System.Logger log = System.getLogger(Controller.class.getName());
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private final MetadataStore store;
    private final BrokerId self;
    private final EventLoop loop;
    private final Elections elections;
    private final Duration balanceInterval;
    private @Nullable Cancellable balancing;
    private ClusterImage image;
    private boolean wanted;
    /** Which reign is this broker's; −1 where it does not reign. */
    private int epoch = -1;

    private boolean busy;

    /** @param balanceInterval how often leaders are brought back to where they are preferred; zero: never */
    public Controller(
            MetadataStore store, BrokerId self, EventLoop loop, Elections elections, Duration balanceInterval) {
        this.store = store;
        this.self = self;
        this.loop = loop;
        this.elections = elections;
        this.balanceInterval = balanceInterval;
        this.image = store.image();
        store.follow(next -> loop.execute(() -> {
            image = next;
            look();
        }));
    }

    /** This broker should reign from now on, or no longer. Called on the loop. */
    public void reign(boolean should) {
        wanted = should;
        endReign();
        if (should) {
            begin();
        }
    }

    private void endReign() {
        epoch = -1;
        if (balancing != null) {
            balancing.cancel();
            balancing = null;
        }
    }

    private void begin() {
        store.change(present -> List.of(new ClusterDelta.ControllerElected(self)))
                .whenComplete((after, failure) -> loop.execute(() -> {
                    if (!wanted || epoch >= 0) {
                        return;
                    }
                    if (failure != null) {
                        log.log(System.Logger.Level.WARNING, "The reign could not begin", failure);
                        loop.schedule(PAUSE_AFTER_FAILURE, this::beginAgain);
                    } else if (after.controller().equals(self)) {
                        epoch = after.controllerEpoch();
                        log.log(System.Logger.Level.INFO, "Became controller: broker={0} epoch={1}", self, epoch);
                        balanceLater();
                        look();
                    } else {
                        // Another's election came late, after this one.
                        loop.schedule(PAUSE_AFTER_FAILURE, this::beginAgain);
                    }
                }));
    }

    private void beginAgain() {
        if (wanted && epoch < 0) {
            begin();
        }
    }

    private void balanceLater() {
        if (!balanceInterval.isZero()) {
            balancing = loop.schedule(balanceInterval, () -> {
                make(elections::preferred);
                balanceLater();
            });
        }
    }

    private void look() {
        if (epoch >= 0 && !busy && !necessary(image).isEmpty()) {
            make(this::necessary);
        }
    }

    private List<ClusterDelta> necessary(ClusterImage present) {
        var elected = elections.amongTheLiving(present);
        return elected.isEmpty() ? Reassignments.progress(present) : elected;
    }

    private void make(Function<ClusterImage, List<ClusterDelta>> rule) {
        if (epoch < 0 || busy) {
            return;
        }
        busy = true;
        var reign = epoch;
        store.change(present -> under(reign, rule.apply(present)))
                .whenComplete((after, failure) -> loop.execute(() -> made(after, failure)));
    }

    private static List<ClusterDelta> under(int reign, List<ClusterDelta> deltas) {
        return deltas.isEmpty()
                ? deltas
                : Stream.concat(Stream.of(new ClusterDelta.UnderController(reign)), deltas.stream())
                        .toList();
    }

    private void made(@Nullable ClusterImage after, @Nullable Throwable failure) {
        busy = false;
        if (after != null) {
            image = after.version() > image.version() ? after : image;
            look();
        } else {
            log.log(System.Logger.Level.WARNING, "What the controller decided could not be done", failure);
            if (isOver(failure)) {
                // Of another's reign, which may have begun late and be over: who should reign still begins anew.
                endReign();
            }
            loop.schedule(PAUSE_AFTER_FAILURE, () -> {
                beginAgain();
                look();
            });
        }
    }

    private static boolean isOver(@Nullable Throwable failure) {
        var cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof BrokerException refusal && refusal.code() == ErrorCode.STALE_CONTROLLER_EPOCH;
    }
}
