package org.isthmus.broker.coordinator.transaction;

import java.time.Duration;

/**
 * How transactions are kept.
 *
 * @param maxTimeout longest time for which a producer may leave a transaction open
 * @param idExpiration how long a transactional id without a transaction is remembered
 * @param idCheckInterval how often ids are looked through for such as are too old
 * @param patience how long a request waits for a decided outcome to reach all partitions before it is answered all the same
 * @param patienceWithProducers how long a new leader waits at most for a producer to say that it is still there
 * @param firstRetry pause before a marker is tried again; doubles with every attempt
 * @param longestRetry longest such pause
 */
public record TransactionConfig(
        Duration maxTimeout,
        Duration idExpiration,
        Duration idCheckInterval,
        Duration patience,
        Duration patienceWithProducers,
        Duration firstRetry,
        Duration longestRetry) {
    public static final TransactionConfig DEFAULT = new TransactionConfig(
            Duration.ofMinutes(15),
            Duration.ofDays(7),
            Duration.ofHours(1),
            Duration.ofMillis(500),
            Duration.ofSeconds(20),
            Duration.ofMillis(50),
            Duration.ofSeconds(5));
}
