package org.isthmus.broker.coordinator;

import java.util.HashMap;
import java.util.Map;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;

/**
 * Names that connections hold, at the broker that coordinates the name. A name has one holder, or several who share it under equal terms.
 * All of it is soft: a broker that is new learns of the holders as they renew. Guarded by itself, because connections of all threads come here
 * and what is done takes no time.
 */
public final class Leases {
    private static final int MOST_NAMES = 100_000;

    /**
     * What somebody takes a name by.
     *
     * @param bond what the lease lives with; ended by whoever knows when that is over
     */
    public record Claim(String name, String holder, String terms, boolean shared, Object bond) {
        private boolean allows(Claim other) {
            return holder.equals(other.holder) || (shared && other.shared && terms.equals(other.terms));
        }
    }

    private final Map<String, Map<String, Claim>> byName = new HashMap<>();

    /** Refuses with {@code GROUP_MAX_SIZE_REACHED} where somebody else has the name and does not share it like this. */
    public synchronized void take(Claim claim) {
        var holders = byName.get(claim.name());
        if (holders == null) {
            if (byName.size() >= MOST_NAMES) {
                throw new BrokerException(
                        ErrorCode.COORDINATOR_NOT_AVAILABLE, "all " + MOST_NAMES + " names are taken");
            }
            holders = new HashMap<>();
            byName.put(claim.name(), holders);
        } else if (!holders.values().stream().allMatch(claim::allows)) {
            throw new BrokerException(ErrorCode.GROUP_MAX_SIZE_REACHED, claim.name() + " is taken");
        }
        holders.put(claim.holder(), claim);
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
        var holders = byName.get(claim.name());
        var present = holders == null ? null : holders.get(claim.holder());
        if (present != null && present.bond() == claim.bond()) {
            give(claim.name(), claim.holder());
        }
    }
}
