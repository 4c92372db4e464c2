package org.isthmus.broker.metadata;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A setting of brokers that can change while they run: what topics have that say nothing themselves, and a few of the broker's own. With
 * Kafka's names, types and defaults.
 */
public record BrokerSetting(String key, TopicSetting.Type type, String defaultValue, Predicate<String> valid) {
    /** The default of a setting that says nothing, and is not told of, unless it is set. */
    private static final String NONE = "";

    public static final BrokerSetting MAX_CONNECTIONS =
            new BrokerSetting("max.connections", TopicSetting.Type.INT, "2147483647", atLeast(0));
    public static final BrokerSetting MAX_CONNECTIONS_PER_IP =
            new BrokerSetting("max.connections.per.ip", TopicSetting.Type.INT, "2147483647", atLeast(0));
    public static final BrokerSetting CLEANER_BACKOFF_MS =
            new BrokerSetting("log.cleaner.backoff.ms", TopicSetting.Type.LONG, "15000", atLeast(0));
    public static final BrokerSetting CLEANER_BYTES_PER_SECOND = new BrokerSetting(
            "log.cleaner.io.max.bytes.per.second",
            TopicSetting.Type.DOUBLE,
            "1.7976931348623157E308",
            value -> Double.parseDouble(value) >= 1);
    /** Bytes in a second that go to throttled replicas of all topics together; no limit unless set. */
    public static final BrokerSetting LEADER_THROTTLED_RATE = rate("leader.replication.throttled.rate");
    /** Bytes in a second that come to throttled replicas of all topics together; no limit unless set. */
    public static final BrokerSetting FOLLOWER_THROTTLED_RATE = rate("follower.replication.throttled.rate");

    private static final List<BrokerSetting> ALL = Stream.concat(
                    Arrays.stream(TopicSetting.values())
                            .filter(TopicSetting::hasBrokerKey)
                            .map(BrokerSetting::of),
                    Stream.of(
                            MAX_CONNECTIONS,
                            MAX_CONNECTIONS_PER_IP,
                            CLEANER_BACKOFF_MS,
                            CLEANER_BYTES_PER_SECOND,
                            LEADER_THROTTLED_RATE,
                            FOLLOWER_THROTTLED_RATE))
            .toList();
    private static final Map<String, BrokerSetting> BY_KEY =
            ALL.stream().collect(Collectors.toMap(BrokerSetting::key, setting -> setting));

    private static BrokerSetting of(TopicSetting setting) {
        return new BrokerSetting(setting.brokerKey(), setting.type(), setting.defaultValue(), setting::accepts);
    }

    public static List<BrokerSetting> all() {
        return ALL;
    }

    public static Optional<BrokerSetting> named(String key) {
        return Optional.ofNullable(BY_KEY.get(key));
    }

    /** Whether the value can be read as this setting's type and lies in its range. */
    public boolean accepts(@Nullable String value) {
        try {
            return value != null && valid.test(value.strip());
        } catch (NumberFormatException e) {
            return false;
        }
    }

    public boolean hasDefault() {
        return !defaultValue.equals(NONE);
    }

    /** The value in force, among those of a broker; empty where there is none. */
    public String in(Map<String, String> inForce) {
        return inForce.getOrDefault(key, defaultValue).strip();
    }

    private static BrokerSetting rate(String key) {
        return new BrokerSetting(key, TopicSetting.Type.LONG, NONE, value -> Long.parseLong(value) >= 0);
    }

    private static Predicate<String> atLeast(int least) {
        return value -> Integer.parseInt(value) >= least;
    }
}
