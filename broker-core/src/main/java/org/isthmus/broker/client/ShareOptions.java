package org.isthmus.broker.client;

import java.util.Optional;

/**
 * How a member opens a share group. A queue is a group that has everything of its topic; a subscription may be about less: what its group does
 * not want is done for it.
 *
 * @param selector what the group is about, as a conditional expression of Jakarta Messaging §3.8.1
 * @param excludedClient the client whose records the group leaves out ({@code noLocal})
 * @param memberSelector what this member wants of what the group is about; the rest stays for others
 * @param exclusive whether the group refuses a second member
 * @param maxDeliveries deliveries after which a record that comes back is given up
 * @param redelivery how long a record that comes back waits
 * @param deadLetterTopic where records that are given up are copied to
 * @param start where a group that is not there yet begins
 * @param recreate whether a group with another selector or excluded client begins anew at {@code start}; else that is refused with
 *     {@code INVALID_CONFIG}
 * @param ephemeral whether the group ends with its last member; where that one's connection was lost, half a minute later
 * @param inOrder whether members of this kind have records of a partition one after another: nobody gets any while another one has some, or has
 *     acknowledged some in a transaction that is open
 */
public record ShareOptions(
        Optional<String> selector,
        Optional<String> excludedClient,
        Optional<String> memberSelector,
        boolean exclusive,
        int maxDeliveries,
        Redelivery redelivery,
        Optional<String> deadLetterTopic,
        OffsetSpec start,
        boolean recreate,
        boolean ephemeral,
        boolean inOrder) {
    /** Of a group that outlives its members. */
    public ShareOptions(
            Optional<String> selector,
            Optional<String> excludedClient,
            Optional<String> memberSelector,
            boolean exclusive,
            int maxDeliveries,
            Redelivery redelivery,
            Optional<String> deadLetterTopic,
            OffsetSpec start,
            boolean recreate) {
        this(
                selector,
                excludedClient,
                memberSelector,
                exclusive,
                maxDeliveries,
                redelivery,
                deadLetterTopic,
                start,
                recreate,
                false,
                false);
    }

    /** A queue: all of its topic, from the oldest record on. */
    public static final ShareOptions QUEUE = new ShareOptions(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false,
            10,
            Redelivery.AT_ONCE,
            Optional.empty(),
            new OffsetSpec.Earliest(),
            false);

    /**
     * A delay after the first delivery that grows by a factor with each further one, up to the longest.
     *
     * @param factor 1 or more
     */
    public record Redelivery(long firstDelayMs, double factor, long longestDelayMs) {
        public static final Redelivery AT_ONCE = new Redelivery(0, 1, 0);
    }
}
