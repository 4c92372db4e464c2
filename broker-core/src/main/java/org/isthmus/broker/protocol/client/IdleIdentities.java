package org.isthmus.broker.protocol.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.runtime.Clock;

/**
 * Identities whose transactions have ended, those that ended first in front. A transaction's end is answered before the last of it is on the
 * disks, and the next one under its identity would have to wait for that; so an identity rests a while where that costs no more than a few
 * others. One that rested for long is asked for again before it is used: a coordinator that was elected meanwhile waits only so long for a
 * transaction of it that it might not know of. Owned by the client's loop.
 */
final class IdleIdentities {
    private static final Duration REST = Duration.ofMillis(25);
    private static final int MOST = 32;

    /** How long coordinators wait is several times as long ({@code TransactionConfig.patienceWithProducers}). */
    private static final Duration FRESH = Duration.ofSeconds(5);

    private record Resting(TransactionIdentity identity, Deadline until, Deadline freshUntil) {}

    /** @param isFresh whether it may be used as it is */
    record Rested(TransactionIdentity identity, boolean isFresh) {}

    private final Clock clock;
    private final Queue<Resting> resting = new ArrayDeque<>();

    IdleIdentities(Clock clock) {
        this.clock = clock;
    }

    void add(TransactionIdentity identity) {
        var now = clock.nanos();
        resting.add(new Resting(identity, Deadline.after(now, REST), Deadline.after(now, FRESH)));
    }

    /** Empty where it is better to begin with another identity. */
    Optional<Rested> take() {
        var first = resting.peek();
        if (first == null || (resting.size() < MOST && !first.until().hasPassed(clock.nanos()))) {
            return Optional.empty();
        }
        resting.remove();
        return Optional.of(new Rested(first.identity(), !first.freshUntil().hasPassed(clock.nanos())));
    }
}
