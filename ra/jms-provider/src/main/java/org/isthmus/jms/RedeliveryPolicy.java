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
        // The last resort gives up nothing: a message would only come back to it.
        var isLast = queue.equals(deadLetterQueue);
        return new ShareOptions(
                Optional.empty(),
                Optional.empty(),
                Optional.ofNullable(selector),
                false,
                isLast || maxDeliveries < 0 ? NEVER : Math.min(maxDeliveries, NEVER),
                new ShareOptions.Redelivery(delayMs, multiplier, Math.max(delayMs, longestDelayMs)),
                isLast || deadLetterQueue.isEmpty() ? Optional.empty() : Optional.of(deadLetterQueue),
                new OffsetSpec.Earliest(),
                false);
    }
}
