package org.isthmus.ra.inbound;

import java.time.Duration;
import org.isthmus.jms.IsthmusTopic;
import org.jspecify.annotations.Nullable;

/**
 * What a message-driven bean receives, and how; already validated.
 *
 * @param durableName the durable subscription, or null for one that begins at the tail and ends with the activation
 * @param acknowledgement how soon a message counts as received
 * @param maxSession beans at work at once, at most; never more than the topic has partitions
 * @param maxDeliveries deliveries of one message before it is passed over; -1 for no end
 * @param redeliveryDelay wait between a failed delivery and the next
 * @param setupAttempts tries to connect before giving up; -1 for no end
 * @param setupInterval wait between two tries
 */
public record Subscription(
        IsthmusTopic topic,
        @Nullable String durableName,
        Acknowledgement acknowledgement,
        int maxSession,
        int maxDeliveries,
        Duration redeliveryDelay,
        int setupAttempts,
        Duration setupInterval) {

    /** When a message that its bean has accepted is acknowledged. */
    public enum Acknowledgement {
        /** Before the next message is delivered. */
        EACH,
        /** With others that were delivered in one go; a crash between delivers those again. */
        BATCH
    }

    @Override
    public String toString() {
        var name = topic.getName();
        return durableName == null ? name : name + " (durable subscription " + durableName + ")";
    }
}
