package org.isthmus.broker.coordinator.share;

import java.util.Optional;
import org.isthmus.broker.common.Deadline;

/**
 * Who has a record now.
 *
 * @param deliveries which delivery of the record this is
 * @param counts whether the delivery counts where the record comes back: always for members that count what they fetch, for others once they
 *     said that they delivered it
 * @param deadline when the lock ends by itself; empty where it lasts as long as the member's session
 */
record Hold(String member, int deliveries, boolean counts, Optional<Deadline> deadline) {
    /** Was delivered: for the first time, or, by a member that keeps it and delivers it again, once more. */
    Hold seen() {
        return new Hold(member, counts ? deliveries + 1 : deliveries, true, deadline);
    }

    Hold renewed(Deadline later) {
        return new Hold(member, deliveries, counts, deadline.map(earlier -> later));
    }
}
