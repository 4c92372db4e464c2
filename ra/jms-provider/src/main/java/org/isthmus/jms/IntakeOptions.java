package org.isthmus.jms;

import jakarta.jms.InvalidSelectorException;
import jakarta.jms.JMSException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.selector.Selector;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link Intake} takes, and what the broker does with messages that come back.
 *
 * @param subscription the subscription to a topic; null for one of its own, which ends with the intake
 * @param selector which messages; null for all
 * @param maxDeliveries deliveries after which a message that comes back is given up; -1 for no end
 * @param redeliveryDelay wait between the first delivery and the next
 * @param redeliveryMultiplier by how much that wait grows with each further delivery, up to ten minutes or the first wait if that is
 *     longer; at least 1
 * @param deadLetterTopic where messages that were given up go; null: to the provider's own queue
 * @param startFrom where a queue begins that nobody has consumed yet, or a subscription that is new; null: a queue with its oldest message, a
 *     subscription as its topic and connection factory say
 * @param inOrder whether intakes of one subscription or queue, in whatever server, have messages of a partition one after another
 */
public record IntakeOptions(
        @Nullable Subscribed subscription,
        @Nullable String selector,
        int maxDeliveries,
        Duration redeliveryDelay,
        double redeliveryMultiplier,
        @Nullable String deadLetterTopic,
        @Nullable StartFrom startFrom,
        boolean inOrder) {
    private static final Duration LONGEST_DELAY = Duration.ofMinutes(10);

    /** A text on the wire has 65,535 at most, in an encoding that makes more of rare characters, and sometimes a name goes with it. */
    private static final int MOST_SELECTOR_BYTES = 40_000;

    /**
     * A subscription that has a name.
     *
     * @param clientId part of the name; null for a shared one of no client in particular
     */
    public record Subscribed(@Nullable String clientId, String name, boolean durable, boolean shared) {}

    void validate() throws JMSException {
        if (selector != null) {
            var flaw = flawOf(selector);
            if (flaw != null) {
                throw new InvalidSelectorException(flaw);
            }
        }
    }

    /** What is wrong with a selector; null where nothing is. */
    public static @Nullable String flawOf(String selector) {
        if (selector.getBytes(StandardCharsets.UTF_8).length > MOST_SELECTOR_BYTES) {
            return "a selector has no more than " + MOST_SELECTOR_BYTES + " bytes";
        }
        try {
            Selector.parse(selector);
            return null;
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    /** How long a message waits that was delivered so often, from 1. */
    public Duration delayAfter(int deliveries) {
        double longest = (double) policy().redelivery().longestDelayMs();
        double delay =
                (double) redeliveryDelay.toMillis() * Math.pow(redeliveryMultiplier, Math.max(0, deliveries - 1));
        return Duration.ofMillis((long) Math.min(delay, longest));
    }

    /** How the group of a queue is opened. */
    ShareOptions ofQueue(String queue) {
        var policy = policy();
        return new ShareOptions(
                Optional.empty(),
                Optional.empty(),
                Optional.ofNullable(selector),
                false,
                policy.limit(queue),
                policy.redelivery(),
                policy.deadLetterTopic(queue),
                (startFrom == null ? StartFrom.EARLIEST : startFrom).place(),
                false,
                false,
                inOrder);
    }

    /** What is given up goes where that of other consumers goes, if nothing else is said. */
    RedeliveryPolicy policy() {
        return new RedeliveryPolicy(
                maxDeliveries,
                redeliveryDelay.toMillis(),
                redeliveryMultiplier,
                LONGEST_DELAY.toMillis(),
                deadLetterTopic == null ? RedeliveryPolicy.DEFAULT.deadLetterQueue() : deadLetterTopic);
    }
}
