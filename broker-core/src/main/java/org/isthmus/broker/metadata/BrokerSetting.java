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

    private static final List<BrokerSetting> ALL = Stream.concat(
                    Arrays.stream(TopicSetting.values())
                            .filter(TopicSetting::hasBrokerKey)
                            .map(BrokerSetting::of),
                    Stream.of(MAX_CONNECTIONS, MAX_CONNECTIONS_PER_IP, CLEANER_BACKOFF_MS, CLEANER_BYTES_PER_SECOND))
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

    /** The value in force, among those of a broker. */
    public String in(Map<String, String> inForce) {
        return inForce.getOrDefault(key, defaultValue).strip();
    }

    private static Predicate<String> atLeast(int least) {
        return value -> Integer.parseInt(value) >= least;
    }
}
