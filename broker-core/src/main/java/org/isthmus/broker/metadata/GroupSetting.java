package org.isthmus.broker.metadata;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The settings that a group can have, with Kafka's names, types, ranges and defaults. What is not in this table is refused. */
public enum GroupSetting {
    /** Within bounds that the broker is told; so are heartbeats. */
    CONSUMER_SESSION_TIMEOUT_MS(
            "consumer.session.timeout.ms", TopicSetting.Type.INT, "45000", between(1, Integer.MAX_VALUE)),
    CONSUMER_HEARTBEAT_INTERVAL_MS(
            "consumer.heartbeat.interval.ms", TopicSetting.Type.INT, "5000", between(1, Integer.MAX_VALUE)),
    SHARE_SESSION_TIMEOUT_MS("share.session.timeout.ms", TopicSetting.Type.INT, "45000", between(45_000, 60_000)),
    SHARE_HEARTBEAT_INTERVAL_MS("share.heartbeat.interval.ms", TopicSetting.Type.INT, "5000", between(5_000, 15_000)),
    SHARE_AUTO_OFFSET_RESET("share.auto.offset.reset", TopicSetting.Type.STRING, "latest", GroupSetting::isReset),
    SHARE_ISOLATION_LEVEL(
            "share.isolation.level",
            TopicSetting.Type.STRING,
            "read_uncommitted",
            value -> value.equals("read_uncommitted") || value.equals("read_committed")),
    SHARE_RECORD_LOCK_DURATION_MS(
            "share.record.lock.duration.ms", TopicSetting.Type.INT, "30000", between(1_000, 3_600_000)),
    SHARE_DELIVERY_COUNT_LIMIT("share.delivery.count.limit", TopicSetting.Type.INT, "5", between(2, 100)),
    SHARE_PARTITION_MAX_RECORD_LOCKS(
            "share.partition.max.record.locks", TopicSetting.Type.INT, "2000", between(100, 1_000_000)),
    /** Whether a member may hold a record for longer than its lock lasts, by saying so. */
    SHARE_RENEW_ACKNOWLEDGE_ENABLE(
            "share.renew.acknowledge.enable",
            TopicSetting.Type.BOOLEAN,
            "true",
            value -> value.equals("true") || value.equals("false")),
    /** The topic of the durable subscription that the group is; empty where it is none. */
    SUBSCRIPTION_TOPIC("isthmus.subscription.topic", TopicSetting.Type.STRING, "", value -> true),
    /** Whether that subscription may have several consumers. */
    SUBSCRIPTION_SHARED(
            "isthmus.subscription.shared",
            TopicSetting.Type.BOOLEAN,
            "false",
            value -> value.equals("true") || value.equals("false")),
    /** Empty: what a group gives up leaves no dead letter. */
    DEAD_LETTER_TOPIC(
            "errors.deadletterqueue.topic.name", TopicSetting.Type.STRING, "", value -> !value.startsWith("__")),
    DEAD_LETTER_COPY(
            "errors.deadletterqueue.copy.record.enable",
            TopicSetting.Type.BOOLEAN,
            "false",
            value -> value.equals("true") || value.equals("false")),
    /** How long a record that came back waits for its second delivery; for each further one that much longer, up to the longest. */
    SHARE_REDELIVERY_DELAY_MS(
            "isthmus.share.redelivery.delay.ms", TopicSetting.Type.INT, "0", between(0, Integer.MAX_VALUE)),
    SHARE_REDELIVERY_MULTIPLIER(
            "isthmus.share.redelivery.multiplier", TopicSetting.Type.DOUBLE, "1", GroupSetting::isFactor),
    SHARE_REDELIVERY_MAX_DELAY_MS(
            "isthmus.share.redelivery.max.delay.ms", TopicSetting.Type.INT, "3600000", between(0, Integer.MAX_VALUE));

    private final String key;
    private final TopicSetting.Type type;
    private final String defaultValue;

    @SuppressWarnings("ImmutableEnumChecker") // every one is made in this file, of constants
    private final Predicate<String> valid;

    GroupSetting(String key, TopicSetting.Type type, String defaultValue, Predicate<String> valid) {
        this.key = key;
        this.type = type;
        this.defaultValue = defaultValue;
        this.valid = valid;
    }

    public String key() {
        return key;
    }

    /** The name under which Kafka's brokers keep the default: those of numbers can be set for a whole broker there, the others' are fixed. */
    public String brokerKey() {
        return type == TopicSetting.Type.INT ? "group." + key : key;
    }

    public TopicSetting.Type type() {
        return type;
    }

    public String defaultValue() {
        return defaultValue;
    }

    /** Whether the value can be read as this setting's type and lies in its range. */
    public boolean accepts(@Nullable String value) {
        try {
            return value != null && valid.test(value.strip());
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static boolean isFactor(String value) {
        var factor = Double.parseDouble(value);
        return factor >= 1 && factor <= 1_000;
    }

    /** The group's own value, where it has one. */
    public Optional<String> ownIn(Map<String, String> group) {
        return Optional.ofNullable(group.get(key)).map(String::strip);
    }

    /** The value in force: the group's own, or else the default. */
    public String in(Map<String, String> group) {
        return group.getOrDefault(key, defaultValue).strip();
    }

    public static Optional<GroupSetting> named(String key) {
        return Arrays.stream(values())
                .filter(setting -> setting.key.equals(key))
                .findFirst();
    }

    private static Predicate<String> between(int least, int most) {
        return value -> Integer.parseInt(value) >= least && Integer.parseInt(value) <= most;
    }

    private static boolean isDuration(String value) {
        try {
            return value.startsWith("by_duration:")
                    && !Duration.parse(value.substring("by_duration:".length())).isNegative();
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private static boolean isReset(String value) {
        return value.equals("latest") || value.equals("earliest") || isDuration(value);
    }
}
