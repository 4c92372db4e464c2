package org.isthmus.broker.replica;

import java.time.Duration;

/**
 * How a broker compacts its logs.
 *
 * @param enabled whether it does
 * @param backoff how long it rests where no log needs it
 * @param mapBytes what the map of keys may take; one log is compacted at a time
 * @param bytesPerSecond bytes that it may read and write, on average
 */
public record CleanerConfig(boolean enabled, Duration backoff, long mapBytes, double bytesPerSecond) {
    /** Kafka's defaults, but no more memory than an eighth of what there is. */
    public static final CleanerConfig DEFAULT = new CleanerConfig(
            true,
            Duration.ofSeconds(15),
            Math.min(128L << 20, Runtime.getRuntime().maxMemory() / 8),
            Double.MAX_VALUE);
}
