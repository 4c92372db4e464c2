package org.isthmus.broker.coordinator.group;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.isthmus.broker.metadata.GroupSetting;

/**
 * How groups of the consumer protocol are kept.
 *
 * @param session how long a member may be silent where its group does not say
 * @param heartbeat how often a member speaks where its group does not say
 * @param maxSize most members of one group
 * @param migration whether groups with members change their protocol
 */
public record ConsumerGroupConfig(Range session, Range heartbeat, int maxSize, MigrationPolicy migration) {
    /** A time that groups may set for themselves, within bounds. */
    public record Range(Duration least, Duration most, Duration usual) {
        public Range {
            if (usual.compareTo(least) < 0 || usual.compareTo(most) > 0) {
                throw new IllegalArgumentException(usual + " is not between " + least + " and " + most);
            }
        }

        boolean holds(Duration value) {
            return value.compareTo(least) >= 0 && value.compareTo(most) <= 0;
        }

        Duration within(Duration value) {
            return value.compareTo(least) < 0 ? least : value.compareTo(most) > 0 ? most : value;
        }
    }

    public static final ConsumerGroupConfig DEFAULT = new ConsumerGroupConfig(
            new Range(Duration.ofSeconds(45), Duration.ofSeconds(60), Duration.ofSeconds(45)),
            new Range(Duration.ofSeconds(5), Duration.ofSeconds(15), Duration.ofSeconds(5)),
            Integer.MAX_VALUE,
            MigrationPolicy.BIDIRECTIONAL);

    /** How long a member of a group with these settings of its own may be silent. */
    public Duration sessionTimeout(Map<String, String> own) {
        return inForce(GroupSetting.CONSUMER_SESSION_TIMEOUT_MS, own, session);
    }

    /** How often a member of a group with these settings of its own speaks. */
    public Duration heartbeatInterval(Map<String, String> own) {
        return inForce(GroupSetting.CONSUMER_HEARTBEAT_INTERVAL_MS, own, heartbeat);
    }

    /** What holds for groups that do not say otherwise, where this is about it. */
    public Optional<Duration> usual(GroupSetting setting) {
        return switch (setting) {
            case CONSUMER_SESSION_TIMEOUT_MS -> Optional.of(session.usual());
            case CONSUMER_HEARTBEAT_INTERVAL_MS -> Optional.of(heartbeat.usual());
            default -> Optional.empty();
        };
    }

    /** Why a group may not have these settings. */
    public Optional<String> objection(Map<String, String> own) {
        return objection(GroupSetting.CONSUMER_SESSION_TIMEOUT_MS, own, session)
                .or(() -> objection(GroupSetting.CONSUMER_HEARTBEAT_INTERVAL_MS, own, heartbeat))
                .or(() -> sessionTimeout(own).compareTo(heartbeatInterval(own)) > 0
                        ? Optional.empty()
                        : Optional.of("a session must last longer than the time between two heartbeats"));
    }

    private static Optional<String> objection(GroupSetting setting, Map<String, String> own, Range range) {
        return value(setting, own)
                .filter(value -> !range.holds(value))
                .map(value -> setting.key() + " must be between "
                        + range.least().toMillis() + " and " + range.most().toMillis());
    }

    /** A bound may have moved since the group was given its own value. */
    private static Duration inForce(GroupSetting setting, Map<String, String> own, Range range) {
        return value(setting, own).map(range::within).orElse(range.usual());
    }

    private static Optional<Duration> value(GroupSetting setting, Map<String, String> own) {
        return Optional.ofNullable(own.get(setting.key())).map(text -> Duration.ofMillis(Long.parseLong(text.strip())));
    }
}
