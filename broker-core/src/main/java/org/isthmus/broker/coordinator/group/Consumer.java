package org.isthmus.broker.coordinator.group;

/** A member of a group that speaks the consumer protocol (KIP-848): what it says of itself, and what it may read. */
public record Consumer(String id, Profile profile, Holding holding) {
    Consumer with(Holding next) {
        return new Consumer(id, profile, next);
    }
}
