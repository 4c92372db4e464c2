package org.isthmus.broker.coordinator.group;

import org.jspecify.annotations.Nullable;

/**
 * A member of a group that speaks the consumer protocol (KIP-848): what it says of itself, and what it may read.
 *
 * @param classic what else it said, where it speaks the classic protocol itself; its generation is then the epoch that it holds
 */
public record Consumer(
        String id,
        Profile profile,
        Holding holding,
        @Nullable Classic classic) {
    Consumer with(Holding next) {
        return new Consumer(id, profile, next, classic);
    }

    public boolean isClassic() {
        return classic != null;
    }
}
