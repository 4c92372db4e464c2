package org.isthmus.broker.coordinator.share;

/**
 * Where a group's dead letters go (KIP-1191).
 *
 * @param whole whether a dead letter is a copy of its record; else it only says where that is, and why
 * @param byConsent whether the topic must agree to be used for this; else it is the group's own, and made where it is missing
 */
public record DeadLetterTarget(String topic, boolean whole, boolean byConsent) {
    /** What those who open a group name: theirs, with whole records. */
    public static DeadLetterTarget own(String topic) {
        return new DeadLetterTarget(topic, true, false);
    }

    /** What a group's configuration names, which anybody may write who may not write to the topic. */
    public static DeadLetterTarget configured(String topic, boolean whole) {
        return new DeadLetterTarget(topic, whole, true);
    }
}
