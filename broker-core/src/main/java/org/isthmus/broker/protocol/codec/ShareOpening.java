package org.isthmus.broker.protocol.codec;

import org.jspecify.annotations.Nullable;

/**
 * How a member with a session lock opens a share group, as it travels. What a queue has: neither selector nor excluded client. What a
 * subscription has belongs to the group, and what does not match is done for it; the member's own selector only narrows what the member gets.
 *
 * @param ephemeral whether the group ends with its last member
 * @param start 0 earliest, 1 latest, 2 at the timestamp
 * @param recreate whether a group with another selector or excluded client begins anew; else that is refused
 * @param inOrder whether members of this kind have records of a partition one after another
 */
public record ShareOpening(
        @Nullable String selector,
        @Nullable String excludedClient,
        @Nullable String memberSelector,
        boolean exclusive,
        boolean ephemeral,
        int maxDeliveries,
        int maxInFlight,
        long firstDelayMs,
        double delayFactor,
        long longestDelayMs,
        @Nullable String deadLetterTopic,
        byte start,
        long startTimestampMs,
        boolean recreate,
        boolean inOrder) {
    public static final byte EARLIEST = 0;
    public static final byte LATEST = 1;
    public static final byte AT_TIMESTAMP = 2;
}
