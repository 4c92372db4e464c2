package org.isthmus.broker.coordinator.share;

/**
 * How long a record that came back waits before it is handed out again: the delay after its first delivery, growing by the factor with
 * each further one up to the longest.
 */
public record Backoff(long firstMs, double factor, long longestMs) {
    public static final Backoff NONE = new Backoff(0, 1, 0);

    public Backoff {
        if (firstMs < 0 || longestMs < firstMs || !(factor >= 1)) {
            throw new IllegalArgumentException(
                    "back-off of " + firstMs + " ms growing by " + factor + " to " + longestMs);
        }
    }

    public long delayMs(int deliveries) {
        return (long) Math.min((double) longestMs, firstMs * Math.pow(factor, Math.max(0, deliveries - 1)));
    }
}
