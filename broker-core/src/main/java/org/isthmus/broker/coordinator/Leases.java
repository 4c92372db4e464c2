package org.isthmus.broker.coordinator;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.runtime.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Names that connections hold, at the broker that coordinates the name. A name has one holder, or several who share it under equal terms.
 * All of it is soft: a broker that is new learns of the holders as they renew. Guarded by itself, because connections of all threads come here
 * and what is done takes no time.
 *
 * <p>Each reign over a name begins without holders: between two reigns here another broker had the name in its hands, and may have given it to
 * others.
 *
 * <p>A holder whose connection ends without a word is expected on another one for a moment, before anybody else gets its name: connections are
 * lost more often than those who hold names.
 */
public final class Leases {
    /** Holders renew every second. */
    static final Duration GRACE = Duration.ofSeconds(3);

    private static final int MOST_NAMES = 100_000;

    /**
     * What somebody takes a name by.
     *
     * @param reign in which this broker coordinates the name; the same object for as long as it does so without a break
     * @param bond what the lease lives with; ended by whoever knows when that is over
     */
    public record Claim(String name, String holder, String terms, boolean shared, Object reign, Object bond) {
        private boolean allows(Claim other) {
            return holder.equals(other.holder) || (shared && other.shared && terms.equals(other.terms));
        }
    }

    /** @param until null as long as what it lives with does */
    private record Held(Claim claim, @Nullable Deadline until) {}

    private record Lapsed(Claim claim, Deadline until) {}

    private final Clock clock;
    private final Map<String, Map<String, Held>> byName = new HashMap<>();
    /** In the order in which their time is over; of those that were renewed too. */
    private final Queue<Lapsed> lapsed = new ArrayDeque<>();

    public Leases(Clock clock) {
        this.clock = clock;
    }

    /**
     * Refuses with {@code GROUP_MAX_SIZE_REACHED} where somebody else has the name and does not share it like this, and with
     * {@code COORDINATOR_LOAD_IN_PROGRESS} as long as it is not known whether that one comes back.
     */
    public synchronized void take(Claim claim) {
        forgetWhoStayedAway();
        var holders = byName.get(claim.name());
        if (holders == null) {
            if (byName.size() >= MOST_NAMES) {
                throw new BrokerException(
                        ErrorCode.COORDINATOR_NOT_AVAILABLE, "all " + MOST_NAMES + " names are taken");
            }
            holders = new HashMap<>();
            byName.put(claim.name(), holders);
        } else {
            holders.values().removeIf(held -> held.claim().reign() != claim.reign());
            refuseBeside(holders, claim);
        }
        holders.put(claim.holder(), new Held(claim, null));
    }

    private static void refuseBeside(Map<String, Held> holders, Claim claim) {
        var inTheWay = holders.values().stream()
                .filter(held -> !claim.allows(held.claim()))
                .toList();
        if (inTheWay.stream().anyMatch(held -> held.until() == null)) {
            throw new BrokerException(ErrorCode.GROUP_MAX_SIZE_REACHED, claim.name() + " is taken");
        }
        if (!inTheWay.isEmpty()) {
            throw new BrokerException(
                    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
                    "the connection that had " + claim.name() + " ended, and may be followed by another");
        }
    }

    /** The holder gives the name up, whatever connection it came by. */
    public synchronized void give(String name, String holder) {
        var holders = byName.get(name);
        if (holders != null) {
            holders.remove(holder);
            if (holders.isEmpty()) {
                byName.remove(name);
            }
        }
    }

    /** What the claim was bound to is over. Nothing where the holder has renewed it by something else since. */
    public synchronized void lapse(Claim claim) {
        forgetWhoStayedAway();
        var holders = byName.get(claim.name());
        var present = holders == null ? null : holders.get(claim.holder());
        if (holders != null && present != null && present.claim().bond() == claim.bond()) {
            var until = Deadline.after(clock.nanos(), GRACE);
            holders.put(claim.holder(), new Held(claim, until));
            lapsed.add(new Lapsed(claim, until));
        }
    }

    private void forgetWhoStayedAway() {
        for (var next = lapsed.peek(); next != null && next.until().hasPassed(clock.nanos()); next = lapsed.peek()) {
            lapsed.remove();
            var holders = byName.get(next.claim().name());
            var present = holders == null ? null : holders.get(next.claim().holder());
            if (present != null && next.until().equals(present.until())) {
                give(next.claim().name(), next.claim().holder());
            }
        }
    }
}
