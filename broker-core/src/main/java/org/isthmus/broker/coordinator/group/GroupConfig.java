package org.isthmus.broker.coordinator.group;

import java.time.Duration;

/**
 * How consumer groups are kept.
 *
 * @param minSessionTimeout shortest time without a heartbeat that a member may ask for
 * @param maxSessionTimeout longest such time
 * @param maxSize most members of one group
 * @param initialRebalanceDelay how long a group that was empty waits for more members before its first generation begins
 * @param offsetsRetention how long the offsets of a group without members are kept
 * @param offsetsCheckInterval how often offsets are looked through for such as are too old
 * @param maxOffsetMetadataBytes longest text beside a committed offset
 * @param consumers how groups of the consumer protocol are kept besides
 */
public record GroupConfig(
        Duration minSessionTimeout,
        Duration maxSessionTimeout,
        int maxSize,
        Duration initialRebalanceDelay,
        Duration offsetsRetention,
        Duration offsetsCheckInterval,
        int maxOffsetMetadataBytes,
        ConsumerGroupConfig consumers) {
    public static final GroupConfig DEFAULT = new GroupConfig(
            Duration.ofSeconds(6),
            Duration.ofMinutes(30),
            10_000,
            Duration.ofMillis(100),
            Duration.ofDays(7),
            Duration.ofMinutes(10),
            4096,
            ConsumerGroupConfig.DEFAULT);
}
