package org.isthmus.jms;

import java.util.Optional;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.client.ShareOptions;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of messages that come back. A queue whose group has settings of its own goes by those.
 *
 * @param maxDeliveries after so many deliveries a message that comes back goes to the dead letter queue; −1 is never
 * @param delayMs how long it waits before its second delivery
 * @param multiplier by how much each further wait is longer, up to the longest
 * @param deadLetterQueue empty where what is given up is kept nowhere
 */
record RedeliveryPolicy(
        int maxDeliveries, long delayMs, double multiplier, long longestDelayMs, String deadLetterQueue) {
    static final RedeliveryPolicy DEFAULT = new RedeliveryPolicy(10, 0, 1, 3_600_000, "jms-dead-letters");

    private static final int NEVER = Short.MAX_VALUE;

    RedeliveryPolicy {
        if (maxDeliveries == 0 || maxDeliveries < -1 || delayMs < 0 || longestDelayMs < 0 || !(multiplier >= 1)) {
            throw new IllegalArgumentException("redelivery cannot be like this: maxDeliveries=" + maxDeliveries
                    + " delay=" + delayMs + " multiplier=" + multiplier + " longest delay=" + longestDelayMs);
        }
    }

    /** How a consumer opens the group of a queue. */
    ShareOptions ofQueue(String queue, @Nullable String selector) {
        return new ShareOptions(
                Optional.empty(),
                Optional.empty(),
                Optional.ofNullable(selector),
                false,
                limit(queue),
                redelivery(),
                deadLetterTopic(queue),
                new OffsetSpec.Earliest(),
                false);
    }

    /** The last resort gives up nothing: a message would only come back to it. */
    int limit(String destination) {
        return destination.equals(deadLetterQueue) || maxDeliveries < 0 ? NEVER : Math.min(maxDeliveries, NEVER);
    }

    ShareOptions.Redelivery redelivery() {
        return new ShareOptions.Redelivery(delayMs, multiplier, Math.max(delayMs, longestDelayMs));
    }

    Optional<String> deadLetterTopic(String destination) {
        return Optional.of(deadLetterQueue).filter(queue -> !queue.isEmpty() && !queue.equals(destination));
    }
}
