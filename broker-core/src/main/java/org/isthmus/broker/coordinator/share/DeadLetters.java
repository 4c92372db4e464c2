package org.isthmus.broker.coordinator.share;

import java.util.concurrent.CompletionStage;

/** Where records go that a group gives up. Called on the partition's loop, and answers there. */
public interface DeadLetters {
    /**
     * Copies these records, each at least once, to the topic, with their place, the number of their deliveries and why. Makes the topic where
     * there is none. Completes once the copies are committed.
     */
    CompletionStage<Void> bury(String group, String topic, OffsetRange range, int deliveries, String cause);
}
