package org.isthmus.jms;

import jakarta.jms.InvalidSelectorException;
import jakarta.jms.JMSException;
import java.time.Duration;
import java.util.Optional;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.selector.Selector;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link Intake} takes, and what the broker does with messages that come back.
 *
 * @param selector which messages; null for all
 * @param maxDeliveries deliveries after which a message that comes back is given up; -1 for no end
 * @param redeliveryDelay wait between the first delivery and the next
 * @param redeliveryMultiplier by how much that wait grows with each further delivery, up to ten minutes or the first wait if that is
 *     longer; at least 1
 * @param deadLetterTopic where messages that were given up go; null: they are gone
 * @param startFrom where consumption begins for a queue that nobody has consumed yet
 */
public record IntakeOptions(
        @Nullable String selector,
        int maxDeliveries,
        Duration redeliveryDelay,
        double redeliveryMultiplier,
        @Nullable String deadLetterTopic,
        StartFrom startFrom) {
    private static final Duration LONGEST_DELAY = Duration.ofMinutes(10);

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
        try {
            Selector.parse(selector);
            return null;
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    /** How long a message waits that was delivered so often, from 1. */
    public Duration delayAfter(int deliveries) {
        double longest = (double) redelivery().longestDelayMs();
        double delay =
                (double) redeliveryDelay.toMillis() * Math.pow(redeliveryMultiplier, Math.max(0, deliveries - 1));
        return Duration.ofMillis((long) Math.min(delay, longest));
    }

    /** How the group of a queue is opened. */
    ShareOptions ofQueue() {
        return new ShareOptions(
                Optional.empty(),
                Optional.empty(),
                Optional.ofNullable(selector),
                false,
                maxDeliveries < 0 ? Short.MAX_VALUE : Math.min(maxDeliveries, Short.MAX_VALUE),
                redelivery(),
                Optional.ofNullable(deadLetterTopic),
                startFrom.place(),
                false);
    }

    private ShareOptions.Redelivery redelivery() {
        long first = redeliveryDelay.toMillis();
        return new ShareOptions.Redelivery(first, redeliveryMultiplier, Math.max(first, LONGEST_DELAY.toMillis()));
    }
}
