package org.isthmus.broker.coordinator.share;

import java.util.concurrent.CompletionStage;

/** Where records go that a group gives up. Called on the partition's loop, and answers there. */
public interface DeadLetters {
    /**
     * Leaves a dead letter, at least one, for each of these records: its place, the number of its deliveries and why. Completes once they are
     * committed, or at once where the topic may not be used: then nothing is left of the records.
     */
    CompletionStage<Void> bury(
            String group, DeadLetterTarget deadLetterTarget, OffsetRange range, int deliveries, String cause);
}
